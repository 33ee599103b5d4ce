#ifndef SAIL_GATEWAY_HTTP_SOCKET_STREAM_H_
#define SAIL_GATEWAY_HTTP_SOCKET_STREAM_H_

#include <boost/asio/ip/tcp.hpp>
#include <memory>

#include "absl/time/time.h"
#include "gateway/http/asio_event_loop.h"
#include "gateway/http/byte_stream.h"

namespace sail::gateway {

struct StreamOptions {
  // After Close: how long the peer may take none of the queued bytes, and how long it may then take to end
  // its side.
  absl::Duration linger = absl::Seconds(3);
  // What the kernel holds for a peer beyond what is on its way. The rest waits with us, where it is counted:
  // by default the kernel would take megabytes for a client that does not read.
  int kernel_queue_bytes = 128 * 1024;
  // A peer that acknowledges nothing for so long has gone.
  absl::Duration peer_timeout = absl::Seconds(60);
};

// The ByteStream of a TCP socket. `on_end` runs when the socket has been closed, whoever closed it. For the
// acceptor alone, since this header shows Asio. Loop thread.
std::shared_ptr<ByteStream> MakeSocketStream(boost::asio::ip::tcp::socket socket, AsioEventLoop& loop,
                                             const StreamOptions& options, Task on_end);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_SOCKET_STREAM_H_
