import Testing
import XAICore
import XAIEvaluation

@testable import XAICommand

#if XAI_DATABASE
import XAIResults
#endif

/// The libraries' texts are for code; the command says what its user does.
@Suite struct ErrorHintTests {
  @Test(
    "an error's own text comes first, then the hint",
    arguments: [
      (
        TargetError.unknownIndex(9, classCount: 7, called: nil),
        "there is no class 9: the model has classes 0 to 6; `xai inspect --labels` lists them"
      ),
      (
        TargetError.unknownIndex(10, classCount: 4, called: 3),
        "there is no class 10: the model has classes 0 to 3; class 3 is called so: ask for it by its label or its index; "
          + "write name:10, or index:3"
      ),
      (
        TargetError.unknownLabel("ca", near: ["cat"]),
        "no class is labelled 'ca'; did you mean 'cat'? `xai inspect --labels` lists the model's classes"
      ),
      (
        ModelError.missingCapabilities(user: "gmar", model: "vit", missing: .attention),
        "gmar needs attention, which vit does not give; `xai inspect` shows which explainers fit a model"
      ),
      (
        EvaluationError.notFinite("a logit"),
        "a logit is not a finite number, and there is no result; `xai check-gradients` checks the model"
      ),
      (
        OptionError.outOfRange(option: "contrast", value: "9", allowed: "classes 0 to 6"),
        "contrast=9 is out of range: classes 0 to 6; `xai inspect --labels` lists them"
      ),
    ] as [(any Error, String)])
  func texts(_ error: any Error, _ text: String) {
    #expect(ErrorHints.text(of: error) == text)
    #expect(Failure(error).message == text)
    #expect(!"\(error)".contains("xai "))
  }

  @Test("classes that aren't the model's")
  func classes() {
    let error = EvaluationError.otherClasses(
      need: "the target 'label'", data: "photos", model: "vit", reason: "Call them as the model does.")
    let text = ErrorHints.text(of: error)
    for part in ["--classes index, names, order or imagenet", "--skip-unmatched", "xai inspect --labels"] {
      #expect(text.contains(part) && !"\(error)".contains(part))
    }
  }

  #if XAI_DATABASE
  @Test("places without a result")
  func places() {
    let error = MergeError.missing(positions: [1], shards: [])
    #expect(ErrorHints.text(of: error).hasSuffix("merge what is there without them. --partial does that."))
  }
  #endif

  @Test("nothing is added where the text says it all")
  func none() {
    #expect(ErrorHints.text(of: TargetError.none) == TargetError.none.description)
  }
}
