# A formula for Homebrew, to stand in a tap. `homepage`, `url` and `sha256` are those of a release; here they stand open.
class Xai < Formula
  desc "Explain what vision transformers see"
  homepage "https://example.org/swift-xai"
  url "https://example.org/swift-xai/archive/refs/tags/v0.1.0.tar.gz"
  sha256 "0000000000000000000000000000000000000000000000000000000000000000"
  license "Apache-2.0"

  depends_on xcode: ["16.0", :build]
  depends_on "jpeg-turbo"
  depends_on "libpng"
  depends_on "giflib" => :recommended
  depends_on "pango" => :recommended
  depends_on "webp" => :recommended
  uses_from_macos "sqlite"

  def install
    system "swift", "build", "--disable-sandbox", "-c", "release", "--product", "xai"
    bin.install ".build/release/xai"
    generate_completions_from_executable(bin/"xai", "--generate-completion-script")
  end

  test do
    assert_match "occlusion", shell_output("#{bin}/xai list explainers")
  end
end
