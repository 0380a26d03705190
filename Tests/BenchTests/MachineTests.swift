import Testing
import XAITensor

@testable import XAIBench

/// What is measured is positive and possible; how much it is, no test says.
@Suite(.serialized) struct MachineTests {
  @Test(arguments: ArithmeticUnit.allCases) func peaks(unit: ArithmeticUnit) throws {
    guard ArithmeticUnit.available(for: unit.precision).contains(unit) else {
      #expect(unit.run(rounds: 10) == nil && Peak(of: unit, threads: 1) == nil)
      return
    }
    let once = try #require(unit.run(rounds: 1))
    #expect(once > 0 && unit.run(rounds: 7) == 7 * once)
    let peak = try #require(Peak(of: unit, threads: 2, runs: 2, seconds: 0.01))
    #expect(peak.unit == unit && peak.precision == unit.precision)
    #expect(peak.gigaflops > 0 && peak.spread >= 0)
  }

  @Test func aPeakThatIsMeasuredAgainNeverFalls() throws {
    var machine = Machine(threads: 1, runs: 1)
    // Three multiplications make a product of split factors.
    #expect(machine.mostGigaflops(.bfloat16x3) == machine.mostGigaflops(.bfloat16).map { $0 / 3 })
    let before = try #require(machine.peak(.float32))
    machine.measurePeakAgain(.float32)
    let after = try #require(machine.peak(.float32))
    #expect(after.gigaflops >= before.gigaflops && after.unit == before.unit)
    #expect(machine.peaks.count == Machine(threads: 1, runs: 1).peaks.count)
  }

  @Test func thereIsAlwaysAUnitForFloat32() {
    #expect(ArithmeticUnit.available(for: .float32).first == .baseline)
  }

  /// Sums that are written are right, whatever the threads.
  @Test(arguments: [1, 3]) func bandwidth(threads: Int) {
    let arrays = MemoryBandwidth.Arrays(count: 1_001)
    _ = arrays.triad(threads: threads)
    #expect(arrays.sums == [Float](repeating: 1 + 0.5 * 1, count: 1_001))
    let bandwidth = MemoryBandwidth(threads: threads, bytes: 6 << 20, runs: 2)
    #expect(bandwidth.gigabytesPerSecond > 0 && bandwidth.spread >= 0)
    #expect(bandwidth.bytes == 6 << 20)
  }

  @Test func theMostMemory() {
    let status = "Name:\txai\nVmPeak:\t  999 kB\nVmHWM:\t    2080 kB\nVmRSS:\t    1024 kB\n"
    #expect(ResidentMemory.peakBytes(status: status) == 2080 << 10)
    #expect(ResidentMemory.peakBytes(status: "VmHWM:\t123456789 kB\n") == 123_456_789 << 10)
    #expect(ResidentMemory.peakBytes(status: "VmRSS:\t    1024 kB\n") == nil)
    // What this process has at least: the page that this runs in.
    ResidentMemory.startPeak()
    #expect(ResidentMemory.peakBytes ?? 4096 >= 4096)
  }

  @Test func timings() {
    let timing = Timing([3, 1, 2, 4])
    #expect(timing.best == 1 && timing.worst == 4 && timing.median == 2.5 && timing.runs == 4)
    #expect(timing.spread == 3 && Timing([2]).spread == 0)
  }

  @Test func repetitions() {
    func runs(_ repetition: Repetition, most: Int = .max) -> (timing: Timing?, runs: Int) {
      var count = 0
      let timing = repetition.run(while: { count < most }) {
        count += 1
        return Double(count)
      }
      return (timing, count)
    }
    let all = runs(Repetition(most: 3, seconds: 100))
    #expect(all.runs == 4 && all.timing == Timing([2, 3, 4]), "the first one doesn't count")
    // 1 + 2 seconds are spent before the second run that would count.
    #expect(runs(Repetition(most: 3, seconds: 3)).runs == 2)
    #expect(runs(Repetition(most: 3, seconds: 0)).timing == Timing([2]))
    #expect(runs(Repetition(most: 3, seconds: 100), most: 2).timing == Timing([2]))
    #expect(runs(Repetition(most: 3, seconds: 100), most: 1).timing == nil)
    #expect(runs(Repetition(most: 3, seconds: 100), most: 0).runs == 0)
  }

  @Test func threadsWorkTogether() {
    let marks = Marks(4)
    _ = secondsOnAllThreads(threads: 4) { marks.set($0) }
    #expect(marks.all == [1, 1, 1, 1])
  }

  private final class Marks: @unchecked Sendable {
    private let marks: UnsafeMutableBufferPointer<Int>

    init(_ count: Int) {
      marks = .allocate(capacity: count)
      marks.initialize(repeating: 0)
    }

    deinit { marks.deallocate() }

    func set(_ index: Int) { marks[index] += 1 }
    var all: [Int] { Array(marks) }
  }
}
