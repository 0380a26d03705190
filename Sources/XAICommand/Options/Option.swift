import ArgumentParser

/// An option of the command line; XAICore has an `Option` of plugins, and this name decides between the two.
typealias Option<Value> = ArgumentParser.Option<Value>
