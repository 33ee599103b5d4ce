#include "platform/server/admin_server.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sail::platform {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;

constexpr auto kTimeout = std::chrono::seconds(5);
constexpr int kMaxConnections = 64;

// One connection, one request at a time; bounded in header size, body size and time.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, const AdminServer::Handler& handler, int& count)
      : stream_(std::move(socket)), handler_(handler), count_(count) {
    ++count_;
  }
  ~Connection() { --count_; }

  void Read() {
    parser_.emplace();
    parser_->header_limit(8192);
    parser_->body_limit(1024);
    stream_.expires_after(kTimeout);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](beast::error_code error, size_t) {
                       if (!error) self->Answer();
                     });
  }

 private:
  void Answer() {
    const auto& request = parser_->get();
    const std::string target(request.target());
    AdminServer::Answer answer{405, "only GET\n"};
    if (request.method() == http::verb::get || request.method() == http::verb::head) {
      answer = handler_(target.substr(0, target.find('?')));
    }
    response_ = {static_cast<http::status>(answer.status), request.version()};
    response_.set(http::field::content_type, "text/plain; version=0.0.4; charset=utf-8");
    response_.set(http::field::cache_control, "no-store");
    response_.keep_alive(request.keep_alive());
    if (request.method() != http::verb::head) response_.body() = std::move(answer.body);
    response_.prepare_payload();
    http::async_write(stream_, response_, [self = shared_from_this()](beast::error_code error, size_t) {
      if (!error && self->response_.keep_alive()) self->Read();
    });
  }

  beast::tcp_stream stream_;
  const AdminServer::Handler& handler_;
  int& count_;
  beast::flat_buffer buffer_{16384};
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
};

class BeastAdminServer final : public AdminServer {
 public:
  explicit BeastAdminServer(Handler handler) : handler_(std::move(handler)), acceptor_(context_) {}

  ~BeastAdminServer() override {
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }

  absl::Status Listen(const std::string& address) {
    const size_t colon = address.rfind(':');
    if (colon == std::string::npos)
      return absl::InvalidArgumentError(absl::StrCat(address, " is not host:port"));
    beast::error_code error;
    tcp::resolver resolver(context_);
    const auto found = resolver.resolve(address.substr(0, colon), address.substr(colon + 1), error);
    if (error || found.empty()) return absl::UnavailableError(absl::StrCat(address, ": ", error.message()));
    const tcp::endpoint endpoint = found.begin()->endpoint();
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error)
      return absl::UnavailableError(absl::StrCat("cannot listen on ", address, ": ", error.message()));
    port_ = acceptor_.local_endpoint().port();
    Accept();
    thread_ = std::thread([this] { context_.run(); });
    return absl::OkStatus();
  }

  int port() const override { return port_; }

 private:
  void Accept() {
    acceptor_.async_accept([this](beast::error_code error, tcp::socket socket) {
      if (!error && connections_ < kMaxConnections) {
        std::make_shared<Connection>(std::move(socket), handler_, connections_)->Read();
      }
      if (!acceptor_.is_open()) return;
      if (!error) {
        Accept();
        return;
      }
      // Out of file descriptors, most likely: trying again at once would spin.
      retry_.expires_after(std::chrono::milliseconds(100));
      retry_.async_wait([this](beast::error_code cancelled) {
        if (!cancelled) Accept();
      });
    });
  }

  const Handler handler_;
  int connections_ =
      0;  // the admin thread's; declared before context_, whose destruction ends the connections
  asio::io_context context_{1};
  tcp::acceptor acceptor_;
  asio::steady_timer retry_{context_};
  int port_ = 0;
  std::thread thread_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<AdminServer>> AdminServer::Start(const std::string& address, Handler handler) {
  auto server = std::make_unique<BeastAdminServer>(std::move(handler));
  if (const absl::Status status = server->Listen(address); !status.ok()) return status;
  return server;
}

}  // namespace sail::platform
