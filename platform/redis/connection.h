// One connection to Redis from connecting to its end. Reconnecting is ReconnectingConnection's business.
#ifndef SAIL_PLATFORM_REDIS_CONNECTION_H_
#define SAIL_PLATFORM_REDIS_CONNECTION_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "platform/redis/event_loop.h"
#include "platform/redis/redis_url.h"
#include "platform/redis/reply.h"
#include "platform/redis/reply_reader.h"
#include "platform/redis/transport.h"

namespace sail::platform::redis {

struct ConnectionOptions {
  RedisUrl url;
  // PEM file with the certificates to trust for rediss://; empty: the system's.
  std::string ca_file;
  // Shown by CLIENT LIST; no spaces.
  std::string client_name;
  absl::Duration connect_timeout = absl::Seconds(3);
  // A connection with nothing received for this long is asked PING.
  absl::Duration ping_interval = absl::Seconds(5);
  // One that owes an answer and stays silent for this long is taken for dead.
  absl::Duration unresponsive_after = absl::Seconds(3);
  absl::Duration first_backoff = absl::Milliseconds(50);
  absl::Duration backoff_limit = absl::Seconds(1);
};

// Used on the loop's thread alone.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  struct Handlers {
    // Connected, logged in, the database chosen, scripts loaded.
    std::function<void()> on_ready;
    // Replies in order; those of the login are not shown.
    std::function<void(Reply&&)> on_reply;
    // The end, once, also instead of on_ready. Nothing is called after it.
    std::function<void(absl::Status)> on_closed;
  };

  // preamble: further commands before on_ready, in the protocol's form; their errors are ignored.
  static std::shared_ptr<Connection> Open(EventLoop& loop, const ConnectionOptions& options,
                                          const std::vector<std::string>& preamble, Handlers handlers);

  // Bytes in the protocol's form. All that is sent in one turn of the loop leaves in one write. Only between
  // on_ready and on_closed.
  void Send(std::string_view wire);

  // Ends the connection; on_closed is not called.
  void Close();

  size_t bytes_waiting() const { return collecting_.size() + writing_.size(); }

 private:
  Connection(EventLoop& loop, const ConnectionOptions& options, Handlers handlers);
  void Start(const std::vector<std::string>& preamble);
  void OnConnected();
  void Flush();
  void Write();
  void Read();
  void OnBytes(std::string_view bytes);
  void OnHandshakeReply(const Reply& reply);
  void Fail(absl::Status status);

  EventLoop& loop_;
  const ConnectionOptions options_;
  Handlers handlers_;
  std::unique_ptr<ByteStream> stream_;
  Timer connect_timer_;
  ReplyReader reader_;
  std::string handshake_;
  size_t handshake_checked_ = 0;  // replies that must be no error
  size_t handshake_awaited_ = 0;  // replies still to come before on_ready
  size_t handshake_answered_ = 0;
  bool ready_ = false;
  bool closed_ = false;
  bool flush_posted_ = false;
  std::string collecting_;
  std::string writing_;
  std::vector<char> buffer_;
};

}  // namespace sail::platform::redis

#endif  // SAIL_PLATFORM_REDIS_CONNECTION_H_
