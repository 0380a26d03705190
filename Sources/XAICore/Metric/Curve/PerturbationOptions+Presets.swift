extension PerturbationOptions {
  /// Published protocols, under the names of the programs that have them.
  public static let presets: [Preset<Self>] = [
    Preset("rise-fast", "RISE with 8 rows of pixels a step") { $0 = PerturbationOptions() },
    Preset("rise", "RISE with a row of pixels a step") { $0.step = .rows(1) },
    Preset("rise-adaptive", "rise where the curve bends, within 0.2 points of it for 95 % of maps") {
      options in
      options.step = .rows(1)
      options.adaptive = 0.2
    },
    Preset("black", "rise-fast with black pixels") { $0.substrate = .fill(.black) },
    Preset("blur", "rise-fast with blurred pixels") { $0.substrate = .fill(.blur) },
    Preset("mean", "rise-fast with the mean colour of ImageNet") { $0.substrate = .fill(.mean) },
    Preset("tokens", "drops the tokens of patches in at most 28 steps") { options in
      options.unit = .tokens
      options.step = .even(28)
      // A model that averages patches has no answer to none.
      options.points = .notEmpty
    },
    Preset("torch-cam", "DeletionInsertionMetric of torch-cam") { options in
      options.step = .chunks(20)
      options.substrate = .fill(.zero)
      options.area = .shares
    },
    Preset("xplique", "Deletion and Insertion of Xplique") { options in
      options.step = .even(10)
      options.substrate = .fill(.zero)
    },
    Preset("quantus", "PixelFlipping of Quantus with the picture's width of elements a step") { options in
      options.unit = .elements
      options.step = .rows(1)
      options.substrate = .fill(.lowest)
      options.points = .notWhole
    },
    Preset("chefer", "the perturbation test of Chefer et al., 0 to 90 % in steps of 10") { options in
      options.step = .even(10)
      options.substrate = .fill(.black)
      options.score = .accuracy
      options.area = .wholeWay
      options.points = .notEmpty
    },
  ]
}
