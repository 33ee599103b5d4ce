#include "platform/redis/transport.h"

#include <netinet/tcp.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace sail::platform::redis {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Done = std::function<void(absl::Status)>;

absl::Status ToStatus(const char* what, const error_code& error) {
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(std::string("Redis ") + what + ": " + error.message());
}

// What is the same for every kind of stream.
template <typename Stream>
class StreamBase : public ByteStream {
 public:
  void Write(std::string_view bytes, Done done) override {
    asio::async_write(
        stream(), asio::buffer(bytes.data(), bytes.size()),
        [done = std::move(done)](const error_code& error, size_t) { done(ToStatus("write", error)); });
  }

  void Read(char* buffer, size_t size, std::function<void(absl::StatusOr<size_t>)> done) override {
    stream().async_read_some(asio::buffer(buffer, size),
                             [done = std::move(done)](const error_code& error, size_t count) {
                               if (error) {
                                 done(ToStatus("read", error));
                               } else {
                                 done(count);
                               }
                             });
  }

 protected:
  virtual Stream& stream() = 0;
};

void SetSocketOptions(asio::ip::tcp::socket& socket) {
  const int fd = socket.native_handle();
  const auto set = [fd](int level, int name, int value) {
    setsockopt(fd, level, name, &value, sizeof value);
  };
  // Best effort: a connection without keepalive still has the client's own PING.
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 20);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 5);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, 10000);
}

void ResolveAndConnect(asio::ip::tcp::resolver& resolver, asio::ip::tcp::socket& socket, const RedisUrl& url,
                       Done done) {
  resolver.async_resolve(url.host, std::to_string(url.port),
                         [&socket, done = std::move(done)](const error_code& error,
                                                           asio::ip::tcp::resolver::results_type addresses) {
                           if (error) {
                             done(ToStatus("address", error));
                             return;
                           }
                           asio::async_connect(
                               socket, addresses,
                               [&socket, done](const error_code& error, const asio::ip::tcp::endpoint&) {
                                 if (!error) SetSocketOptions(socket);
                                 done(ToStatus("connect", error));
                               });
                         });
}

class TcpStream final : public StreamBase<asio::ip::tcp::socket> {
 public:
  TcpStream(EventLoop& loop, const RedisUrl& url)
      : url_(url), resolver_(loop.context()), socket_(loop.context()) {}

  void Connect(Done done) override { ResolveAndConnect(resolver_, socket_, url_, std::move(done)); }

  void Close() override {
    resolver_.cancel();
    error_code ignored;
    socket_.close(ignored);
  }

 protected:
  asio::ip::tcp::socket& stream() override { return socket_; }

 private:
  const RedisUrl url_;
  asio::ip::tcp::resolver resolver_;
  asio::ip::tcp::socket socket_;
};

class UnixStream final : public StreamBase<asio::local::stream_protocol::socket> {
 public:
  UnixStream(EventLoop& loop, const RedisUrl& url) : path_(url.path), socket_(loop.context()) {}

  void Connect(Done done) override {
    socket_.async_connect(
        asio::local::stream_protocol::endpoint(path_),
        [done = std::move(done)](const error_code& error) { done(ToStatus("connect", error)); });
  }

  void Close() override {
    error_code ignored;
    socket_.close(ignored);
  }

 protected:
  asio::local::stream_protocol::socket& stream() override { return socket_; }

 private:
  const std::string path_;
  asio::local::stream_protocol::socket socket_;
};

class TlsStream final : public StreamBase<asio::ssl::stream<asio::ip::tcp::socket>> {
 public:
  TlsStream(EventLoop& loop, const RedisUrl& url, asio::ssl::context context)
      : url_(url),
        resolver_(loop.context()),
        context_(std::move(context)),
        stream_(loop.context(), context_) {}

  void Connect(Done done) override {
    ResolveAndConnect(
        resolver_, stream_.next_layer(), url_, [this, done = std::move(done)](absl::Status status) {
          if (!status.ok()) {
            done(std::move(status));
            return;
          }
          stream_.set_verify_callback(asio::ssl::host_name_verification(url_.host));
          SSL_set_tlsext_host_name(stream_.native_handle(), url_.host.c_str());
          stream_.async_handshake(asio::ssl::stream_base::client, [done](const error_code& error) {
            done(ToStatus("TLS handshake", error));
          });
        });
  }

  void Close() override {
    resolver_.cancel();
    error_code ignored;
    stream_.next_layer().close(ignored);
  }

 protected:
  asio::ssl::stream<asio::ip::tcp::socket>& stream() override { return stream_; }

 private:
  const RedisUrl url_;
  asio::ip::tcp::resolver resolver_;
  asio::ssl::context context_;
  asio::ssl::stream<asio::ip::tcp::socket> stream_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ByteStream>> MakeByteStream(EventLoop& loop, const RedisUrl& url,
                                                           const std::string& ca_file) {
  switch (url.transport) {
    case Transport::kTcp:
      return std::make_unique<TcpStream>(loop, url);
    case Transport::kUnix:
      if (url.path.size() >= sizeof(sockaddr_un::sun_path)) {
        return absl::UnavailableError("Redis: the unix socket's path is too long");
      }
      return std::make_unique<UnixStream>(loop, url);
    case Transport::kTls:
      break;
  }
  error_code error;
  asio::ssl::context context(asio::ssl::context::tls_client);
  context.set_options(
      asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1,
      error);
  context.set_verify_mode(asio::ssl::verify_peer, error);
  if (ca_file.empty()) {
    context.set_default_verify_paths(error);
  } else {
    context.load_verify_file(ca_file, error);
  }
  if (error) return ToStatus("CA certificates", error);
  return std::make_unique<TlsStream>(loop, url, std::move(context));
}

}  // namespace sail::platform::redis
