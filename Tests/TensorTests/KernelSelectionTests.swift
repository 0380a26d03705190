import Testing

@testable import XAITensor

struct KernelSelectionTests {
  @Test func portableKernelsAreAlwaysAvailable() throws {
    #expect(KernelSelection.availableKernels.contains("portable"))
    let kernels = try KernelSelection.makeKernels(named: "Portable", threads: 1)
    #expect(kernels.name.hasPrefix("portable (") && kernels.name.hasSuffix("1 thread)"))
  }

  @Test func theFirstIsTheDefault() throws {
    let named = try KernelSelection.makeKernels(named: KernelSelection.availableKernels[0], threads: 2)
    #expect(try KernelSelection.makeKernels(threads: 2).name == named.name)
  }

  @Test func unknownNamesAreErrorsThatListTheRightOnes() {
    #expect(throws: TensorError.unknownKernels("cuda", available: KernelSelection.availableKernels)) {
      try KernelSelection.makeKernels(named: "cuda")
    }
    #expect(
      "\(TensorError.unknownKernels("cuda", available: ["portable"]))".contains("choose from: portable"))
    #expect("\(TensorError.unknownKernels("onednn", available: ["portable"]))".contains("libdnnl-dev"))
  }

  @Test(arguments: [0, -1, 100_000])
  func impossibleThreadCountsAreErrors(threads: Int) {
    #expect(throws: TensorError.invalidThreadCount(threads)) {
      try KernelSelection.makeKernels(threads: threads)
    }
  }
}
