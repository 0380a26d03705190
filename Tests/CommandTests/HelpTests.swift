import Foundation
import Testing

@Suite struct HelpTests {
  @Test func topLevelHelp() throws {
    let expected = """
      OVERVIEW: Shows where a vision transformer looks, and why.

      A model is a directory as Hugging Face or timm writes it (config.json and
      safetensors), or the name of a repository of the Hugging Face Hub, which is
      downloaded once.

        xai list                              what this build can do
        xai download NAME                     get a model of the Hugging Face Hub
        xai inspect MODEL                     what a model is, and what fits
        xai explain --model MODEL photo.jpg   overlays, maps and records
        xai compare --model MODEL photo.jpg   all explainers, and whether they agree
        xai explore MODEL photo.jpg           a page where you ask the model
        xai train --model MODEL --data PHOTOS --output FOLDER
                                              fine-tune, or train from scratch
        xai evaluate --model MODEL --data PHOTOS --output RESULTS
                                              judge explainers by metrics
        xai merge SHARDS --output RESULTS     join the results of shards
        xai report RESULTS --output PAGE.html tables and a page of them
        xai check-gradients --model MODEL     is the backward pass right?
        xai bench                             how fast models run here

      Shell completions: xai --generate-completion-script bash (zsh, fish).

      Exit status:
          0  all done
          1  a check did not pass
         64  wrong arguments; nothing was done
         65  an image, data set, configuration or weight file can't be used
         66  an image, data set or model is not there or can't be read
         69  a server can't be reached, or fails; a later try may succeed
         70  an internal error, or numbers that are not finite
         73  an output folder or file can't be created
         74  writing failed, as on a full disk
         77  a server refuses the token, or asks for one
        130  stopped by Ctrl-C or SIGTERM; finished files are whole
        141  the reader of standard output went away

      USAGE: xai <subcommand>

      OPTIONS:
        --version               Show the version.
        -h, --help              Show help information.

      SUBCOMMANDS:
        list                    List models, explainers, metrics and data sets with
                                their options and sources.
        download                Get models of the Hugging Face Hub.
        inspect                 Show what a model is, what it can give and which
                                explainers fit.
        explain                 Explain what a model sees in images: overlays, maps,
                                records, figures.
        compare                 Compare explainers on one image: a figure of all
                                maps, and how far they agree.
        explore                 Open a page on this machine where you ask a model:
                                classes, maps, patches, heads.
        train                   Fine-tune a model on images, or train one from
                                scratch.
        evaluate                Judge explainers by metrics on the images of a data
                                set.
        merge                   Join the results of shards of an evaluation in one
                                database.
        report                  Make tables and a page of the results of evaluations.
        check-gradients         Check a model's backward pass against finite
                                differences.
        bench                   Time models here, next to what the processor can do.

        See 'xai help <subcommand>' for detailed help.

      """
    let result = try XAIProcess.run("--help")
    #expect(result.status == 0)
    #expect(result.output.trimmingCharacters(in: .newlines) == expected.trimmingCharacters(in: .newlines))
    #expect(result.errors.isEmpty)
  }

  @Test(arguments: [
    "list", "download", "inspect", "explain", "compare", "explore", "train", "evaluate", "merge", "report",
    "check-gradients",
    "bench",
  ])
  func everyCommandTeaches(command: String) throws {
    let result = try XAIProcess.run(command, "--help")
    #expect(result.status == 0)
    #expect(result.output.contains("xai \(command) "), "no worked example")
    let tooLong = result.output.split(separator: "\n").filter { $0.count > 80 }
    #expect(tooLong.isEmpty)
  }

  @Test func version() throws {
    let result = try XAIProcess.run("--version")
    #expect(result.output == "0.1.0\n")
    #expect(result.status == 0)
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func completionsNameTheExplainers(shell: String) throws {
    let result = try XAIProcess.run("--generate-completion-script", shell)
    #expect(result.status == 0)
    #expect(result.output.contains("attention-rollout"))
  }

  @Test func unknownOptionIsAUsageError() throws {
    let result = try XAIProcess.run("list", "--jsn")
    #expect(result.status == 64)
    #expect(result.errors.contains("--jsn"))
    #expect(result.output.isEmpty)
  }
}
