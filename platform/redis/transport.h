// A stream of bytes to a Redis server: TCP, TLS or a unix socket behind one interface.
#ifndef SAIL_PLATFORM_REDIS_TRANSPORT_H_
#define SAIL_PLATFORM_REDIS_TRANSPORT_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "platform/redis/event_loop.h"
#include "platform/redis/redis_url.h"

namespace sail::platform::redis {

// Used on the loop's thread alone; handlers run there, too, never inside the call that takes them. At most
// one Connect, Write and Read each at a time. Whoever starts an operation keeps the transport alive until its
// handler ran. Errors are UNAVAILABLE.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  virtual void Connect(std::function<void(absl::Status)> done) = 0;
  // Writes all bytes. They must stay where they are until done.
  virtual void Write(std::string_view bytes, std::function<void(absl::Status)> done) = 0;
  // Reads what is there, at least one byte; gives the count.
  virtual void Read(char* buffer, size_t size, std::function<void(absl::StatusOr<size_t>)> done) = 0;
  // Ends the connection and every operation.
  virtual void Close() = 0;
};

// ca_file: certificates to trust, PEM; empty: the system's. TLS is 1.2 or newer, and the server's certificate
// must be good for the URL's host. TCP has keepalive and a limit of 10 s on unacknowledged bytes, so that a
// peer that is gone without a word is noticed.
absl::StatusOr<std::unique_ptr<ByteStream>> MakeByteStream(EventLoop& loop, const RedisUrl& url,
                                                           const std::string& ca_file);

}  // namespace sail::platform::redis

#endif  // SAIL_PLATFORM_REDIS_TRANSPORT_H_
