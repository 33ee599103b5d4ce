// Cuts a stream of bytes from Redis (RESP2) into replies.
#ifndef SAIL_PLATFORM_REDIS_REPLY_READER_H_
#define SAIL_PLATFORM_REDIS_REPLY_READER_H_

#include <cstddef>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "platform/redis/reply.h"

struct redisReader;

namespace sail::platform::redis {

// Not thread-safe. After an error the reader stays broken: the connection's place in the stream is lost.
class ReplyReader {
 public:
  // A reply that takes more bytes than max_reply_bytes is an error.
  explicit ReplyReader(size_t max_reply_bytes = size_t{64} << 20);
  ~ReplyReader();
  ReplyReader(const ReplyReader&) = delete;
  ReplyReader& operator=(const ReplyReader&) = delete;

  // Takes bytes over (copies them).
  void Feed(std::string_view bytes);

  // Moves the next complete reply to *reply and returns true; false: more bytes are needed. INTERNAL: the
  // bytes are not RESP2, nested deeper than 7 arrays, or too large.
  absl::StatusOr<bool> Next(Reply* reply);

 private:
  struct Free {
    void operator()(redisReader* reader) const;
  };
  std::unique_ptr<redisReader, Free> reader_;
  const size_t max_reply_bytes_;
  size_t bytes_of_reply_ = 0;
};

}  // namespace sail::platform::redis

#endif  // SAIL_PLATFORM_REDIS_REPLY_READER_H_
