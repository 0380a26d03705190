"""Reference explainers: full-matrix, float64 PyTorch, written from the definitions and not from the Swift code."""
