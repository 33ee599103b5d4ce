#include "gateway/http/content_coding.h"

#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "absl/status/status.h"

namespace sail::gateway {
namespace {

constexpr int kLevel = 3;
constexpr int kGzipWindow = 15 + 16;
constexpr int kZlibWindow = 15;
constexpr int kRawWindow = -15;
constexpr size_t kChunk = 32 * 1024;
constexpr size_t kAlwaysAllowed = 64 * 1024;
constexpr size_t kMaxRatio = 100;

Bytef* Input(std::string_view data) { return reinterpret_cast<Bytef*>(const_cast<char*>(data.data())); }

// A zlib header has the method 8 and a check that makes it a multiple of 31.
bool HasZlibHeader(std::string_view data) {
  if (data.size() < 2) return false;
  const auto first = static_cast<unsigned char>(data[0]);
  const auto second = static_cast<unsigned char>(data[1]);
  return (first & 0x0F) == 8 && (first * 256 + second) % 31 == 0;
}

}  // namespace

std::string_view ContentCodingName(ContentCoding coding) {
  switch (coding) {
    case ContentCoding::kGzip:
      return "gzip";
    case ContentCoding::kDeflate:
      return "deflate";
    case ContentCoding::kIdentity:
      break;
  }
  return "identity";
}

std::string Compress(std::string_view data, ContentCoding coding) {
  z_stream stream{};
  const int window = coding == ContentCoding::kGzip ? kGzipWindow : kZlibWindow;
  // Fails only without memory.
  if (deflateInit2(&stream, kLevel, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) != Z_OK) std::abort();
  std::string result(deflateBound(&stream, data.size()), '\0');
  stream.next_in = Input(data);
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  deflate(&stream, Z_FINISH);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

absl::StatusOr<std::string> Decompress(std::string_view data, ContentCoding coding, size_t max_bytes) {
  z_stream stream{};
  const int window = coding == ContentCoding::kGzip ? kGzipWindow
                     : HasZlibHeader(data)          ? kZlibWindow
                                                    : kRawWindow;
  if (inflateInit2(&stream, window) != Z_OK) return absl::ResourceExhaustedError("out of memory");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, inflateEnd);
  const size_t limit = std::min(max_bytes, std::max(kAlwaysAllowed, data.size() * kMaxRatio));
  stream.next_in = Input(data);
  stream.avail_in = static_cast<uInt>(data.size());
  std::string result;
  int outcome = Z_OK;
  while (outcome == Z_OK) {
    const size_t before = result.size();
    result.resize(before + std::min(kChunk, limit - before + 1));
    stream.next_out = reinterpret_cast<Bytef*>(result.data()) + before;
    stream.avail_out = static_cast<uInt>(result.size() - before);
    outcome = inflate(&stream, Z_NO_FLUSH);
    result.resize(result.size() - stream.avail_out);
    if (result.size() > limit) return absl::ResourceExhaustedError("the body is too large when unpacked");
  }
  if (outcome != Z_STREAM_END || stream.avail_in != 0) {
    return absl::InvalidArgumentError("the body is not in its content coding's format");
  }
  return result;
}

}  // namespace sail::gateway
