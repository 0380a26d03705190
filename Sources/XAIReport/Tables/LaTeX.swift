import XAIFoundation

/// Texts as LaTeX has them.
enum LaTeX {
  /// A text in which nothing is a command.
  static func escaped(_ text: String) -> String {
    // By scalar: with an accent behind it, a sign is another character and the same command.
    plain(text).unicodeScalars.map { scalar in
      if let replacement = replacements[scalar] { return replacement }
      // What fonts of the encoding T1 have.
      if scalar.value < 0x180 { return String(scalar) }
      return "\\xaichar{\(String(scalar.value, radix: 16, uppercase: true))}{\(scalar)}"
    }.joined()
  }

  /// A text as a comment, wrapped.
  static func comment(_ text: String) -> String {
    wrapped(plain(text), to: 98).split(separator: "\n").map { "% \($0)\n" }.joined()
  }

  /// What pdfTeX has no font for, such as Chinese and emoji, is its number there, and itself in XeTeX and LuaTeX.
  static let foreignCharacter =
    "\\providecommand{\\xaichar}[2]{\\ifdefined\\Umathchar #2\\else{\\small U+#1}\\fi}\n"

  private static let replacements: [Unicode.Scalar: String] = [
    "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "$": "\\$", "&": "\\&", "#": "\\#", "%": "\\%",
    "_": "\\_",
    "^": "\\textasciicircum{}", "~": "\\textasciitilde{}", "<": "\\textless{}", ">": "\\textgreater{}",
    "|": "\\textbar{}", "\"": "\\textquotedbl{}", "↑": "$\\uparrow$", "↓": "$\\downarrow$", "−": "$-$",
    "–": "--", "·": "$\\cdot$", "×": "$\\times$", "±": "$\\pm$", "†": "$\\dagger$",
    "≤": "$\\leq$", "≥": "$\\geq$", "≈": "$\\approx$", "→": "$\\rightarrow$", "←": "$\\leftarrow$",
    "√": "$\\surd$",
    "⊙": "$\\odot$", "∂": "$\\partial$", "‖": "$\\Vert$", "Δ": "$\\Delta$", "Σ": "$\\Sigma$", "β": "$\\beta$",
    "γ": "$\\gamma$", "δ": "$\\delta$", "ε": "$\\varepsilon$", "π": "$\\pi$", "ρ": "$\\rho$",
    "σ": "$\\sigma$",
    "φ": "$\\varphi$", "χ": "$\\chi$", "²": "\\textsuperscript{2}", "‘": "`", "α": "$\\alpha$", "“": "``",
    "”": "''", "’": "'", "[": "{[}", "]": "{]}",
    "…": "\\ldots{}",
  ]
}
