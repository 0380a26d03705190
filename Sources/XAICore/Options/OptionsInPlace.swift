extension Explainer {
  /// Makes an explainer with options that differ from the defaults: `try GMAR { $0.norm = .l2 }`.
  ///
  /// - Throws: `OptionError` for a value that an option does not take; what `init(options:)` throws.
  public init(_ change: (inout Options) throws -> Void) throws {
    let options = try Options(owner: Self.descriptor.id, change)
    self = try OptionError.naming(Self.descriptor.id) { try Self(options: options) }
  }

  /// Makes an explainer of a preset, with options that differ from it: `try GMAR(preset: .paper) { $0.norm = .l2 }`.
  ///
  /// - Throws: as without a preset.
  public init(preset: Preset<Options>, _ change: (inout Options) throws -> Void = { _ in }) throws {
    let options = try Options(owner: Self.descriptor.id, preset: preset, change)
    self = try OptionError.naming(Self.descriptor.id) { try Self(options: options) }
  }
}

extension Metric {
  /// Makes a metric with options that differ from the defaults: `try Insertion { $0.step = .rows(1) }`.
  ///
  /// - Throws: `OptionError` for a value that an option does not take; what `init(options:)` throws.
  public init(_ change: (inout Options) throws -> Void) throws {
    let options = try Options(owner: Self.descriptor.id, change)
    self = try OptionError.naming(Self.descriptor.id) { try Self(options: options) }
  }

  /// Makes a metric of a preset, with options that differ from it: `try Insertion(preset: .rise)`.
  ///
  /// - Throws: as without a preset.
  public init(preset: Preset<Options>, _ change: (inout Options) throws -> Void = { _ in }) throws {
    let options = try Options(owner: Self.descriptor.id, preset: preset, change)
    self = try OptionError.naming(Self.descriptor.id) { try Self(options: options) }
  }
}

extension Dataset {
  /// Makes a data set with options that differ from the defaults: `try Shapes { $0.size = 72 }`.
  ///
  /// - Throws: `OptionError` for a value that an option does not take; what `init(options:)` throws.
  public init(_ change: (inout Options) throws -> Void) throws {
    let options = try Options(owner: Self.descriptor.id, change)
    self = try OptionError.naming(Self.descriptor.id) { try Self(options: options) }
  }
}

extension PluginOptions {
  fileprivate init(
    owner: String, preset: Preset<Self>? = nil, _ change: (inout Self) throws -> Void
  ) throws {
    self.init()
    preset?.apply(&self)
    try change(&self)
    try check(of: owner)
  }

  /// Throws for a value that the table does not allow: values that are set in code go through the same gate as texts.
  package func check(of owner: String) throws(OptionError) {
    for option in Self.table where !option.isAlias {
      var other = self
      let value = option.get(self)
      guard option.set(&other, value) else {
        throw .invalid(owner: owner, option: option.name, value: value, allowed: option.allowed)
      }
    }
  }
}
