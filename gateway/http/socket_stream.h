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
};

// The ByteStream of a TCP socket. `on_end` runs when the socket has been closed, whoever closed it. For the
// acceptor alone, since this header shows Asio. Loop thread.
std::shared_ptr<ByteStream> MakeSocketStream(boost::asio::ip::tcp::socket socket, AsioEventLoop& loop,
                                             const StreamOptions& options, Task on_end);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_SOCKET_STREAM_H_
