#ifndef SAIL_TESTS_BENCH_CLIENT_FRAMES_H_
#define SAIL_TESTS_BENCH_CLIENT_FRAMES_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace sail::bench {

// The client's side of RFC 6455, as far as a load generator needs it.

// A masked text frame. The mask is zero: it must be there, but nothing between us and a server on this
// machine profits from it being random.
std::string TextFrame(std::string_view payload);

// Takes a server's frames out of a byte stream. Keeps what is incomplete; no frame may be larger than 1 MiB.
class FrameReader {
 public:
  enum class Result { kFrame, kNeedMore, kBroken };

  void Append(std::string_view bytes) { buffer_.append(bytes); }

  // The next whole, unfragmented frame. `payload` is valid until the next Append or Next.
  Result Next(uint8_t* opcode, std::string_view* payload);

 private:
  std::string buffer_;
  size_t begin_ = 0;
};

}  // namespace sail::bench

#endif  // SAIL_TESTS_BENCH_CLIENT_FRAMES_H_
