#include "gateway/http/http_server.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gateway/http/asio_event_loop.h"
#include "gateway/http/descriptor_limit.h"
#include "gateway/http/listen_address.h"
#include "gateway/http/response_format.h"
#include "gateway/http/socket_stream.h"

namespace sail::gateway {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr absl::Duration kAcceptPause = absl::Milliseconds(100);
// For the process's other sockets and files.
constexpr size_t kReservedDescriptors = 200;

// Outlives the server: upgraded connections count until they end.
struct Counts {
  std::atomic<size_t> open{0};
  std::mutex mutex;
  std::condition_variable http_ended;
  size_t http = 0;  // guarded by mutex
};

// What all loops of a server share.
struct Setup {
  HttpServerOptions options;  // fixed when Start begins
  RequestHandler& requests;
  UpgradeHandler* const upgrades;
  const std::unique_ptr<HttpMetrics> metrics;
  const std::shared_ptr<Counts> counts = std::make_shared<Counts>();
};

// The part of the server that belongs to one loop. Everything on the loop's thread.
class Listener {
 public:
  Listener(const Setup& setup, AsioEventLoop& loop, tcp::acceptor acceptor)
      : setup_(setup), loop_(loop), acceptor_(std::move(acceptor)) {}

  AsioEventLoop& loop() { return loop_; }

  void Accept() {
    acceptor_.async_accept(loop_.io(), [this](error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted || !acceptor_.is_open()) return;
      if (!error) {
        Serve(std::move(socket));
      } else if (error != asio::error::connection_aborted) {
        // Out of descriptors or memory: others must end first.
        if (setup_.metrics) setup_.metrics->accept_failures->Increment();
        pause_ = loop_.RunAfter(kAcceptPause, [this] { Accept(); });
        return;
      }
      Accept();
    });
  }

  void Drain() {
    StopAccepting();
    ForEach([](HttpConnection& connection) { connection.Drain(); });
  }

  void Abort() {
    StopAccepting();
    ForEach([](HttpConnection& connection) { connection.Abort(); });
  }

 private:
  void StopAccepting() {
    error_code ignored;
    acceptor_.close(ignored);
    pause_ = nullptr;
  }

  template <typename Function>
  void ForEach(Function function) {
    std::vector<std::shared_ptr<HttpConnection>> connections;  // ending ones leave the map
    for (const auto& [id, connection] : connections_) connections.push_back(connection);
    for (const auto& connection : connections) function(*connection);
  }

  void Serve(tcp::socket socket) {
    const std::shared_ptr<Counts> counts = setup_.counts;
    if (counts->open.fetch_add(1) >= setup_.options.max_connections) {
      counts->open.fetch_sub(1);
      if (setup_.metrics) setup_.metrics->turned_away->Increment();
      return TurnAway(std::move(socket));
    }
    // Upgraded connections may end after the server, but not after the registry.
    platform::metrics::Gauge* const gauge = setup_.metrics ? setup_.metrics->connections : nullptr;
    if (gauge) gauge->Add(1);
    std::shared_ptr<ByteStream> stream = MakeSocketStream(std::move(socket), loop_, {}, [counts, gauge] {
      counts->open.fetch_sub(1);
      if (gauge) gauge->Add(-1);
    });
    {
      const std::lock_guard lock(counts->mutex);
      ++counts->http;
    }
    const uint64_t id = ++last_id_;
    auto connection = HttpConnection::Start(std::move(stream), setup_.options.connection, setup_.requests,
                                            setup_.upgrades, [this, counts, id] {
                                              connections_.erase(id);
                                              const std::lock_guard lock(counts->mutex);
                                              --counts->http;
                                              counts->http_ended.notify_all();
                                            });
    connections_.emplace(id, std::move(connection));
  }

  static void TurnAway(tcp::socket socket) {
    static const std::string& response =
        *new std::string(FormatResponse({.status = 503, .headers = {{"Retry-After", "1"}}}));
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.send(asio::buffer(response), 0, ignored);
    socket.shutdown(tcp::socket::shutdown_send, ignored);
    // What has come is taken, so that the close is no reset that overtakes the answer.
    char bytes[4096];
    socket.receive(asio::buffer(bytes), 0, ignored);
  }

  const Setup& setup_;
  AsioEventLoop& loop_;
  tcp::acceptor acceptor_;
  std::unique_ptr<Timer> pause_;
  std::unordered_map<uint64_t, std::shared_ptr<HttpConnection>> connections_;
  uint64_t last_id_ = 0;
};

}  // namespace

struct HttpServer::State {
  Setup setup;
  EventLoops& loops;
  std::vector<std::unique_ptr<Listener>> listeners;
  int port = 0;

  // Calls function with each listener on its loop and waits for all.
  template <typename Function>
  void OnEveryLoop(Function function) {
    std::latch done(static_cast<ptrdiff_t>(listeners.size()));
    for (const auto& listener : listeners) {
      listener->loop().Post([&done, &function, &listener] {
        function(*listener);
        done.count_down();
      });
    }
    done.wait();
  }
};

HttpServer::HttpServer(HttpServerOptions options, EventLoops& loops, RequestHandler& requests,
                       UpgradeHandler* upgrades, platform::metrics::Registry* registry)
    : state_(new State{.setup = {.options = std::move(options),
                                 .requests = requests,
                                 .upgrades = upgrades,
                                 .metrics = registry ? std::make_unique<HttpMetrics>(*registry) : nullptr},
                       .loops = loops}) {
  state_->setup.options.connection.metrics = state_->setup.metrics.get();
}

HttpServer::~HttpServer() {
  state_->OnEveryLoop([](Listener& listener) { listener.Abort(); });
  // The aborted accepts still name their listener: they are queued before this.
  state_->OnEveryLoop([](Listener&) {});
}

absl::Status HttpServer::Start() {
  size_t& max_connections = state_->setup.options.max_connections;
  const size_t descriptors = RaiseDescriptorLimit(max_connections + kReservedDescriptors);
  max_connections = std::min(max_connections, descriptors - std::min(descriptors, kReservedDescriptors));
  const bool several = state_->loops.size() > 1;
  absl::StatusOr<tcp::endpoint> endpoint = ResolveListenAddress(state_->setup.options.address);
  if (!endpoint.ok()) return endpoint.status();
  if (several && endpoint->port() != 0) {
    if (absl::Status free = CheckPortIsFree(*endpoint); !free.ok()) return free;
  }
  for (int i = 0; i < state_->loops.size(); ++i) {
    AsioEventLoop& loop = state_->loops.asio_loop(i);
    absl::StatusOr<tcp::acceptor> acceptor = Listen(loop.io(), *endpoint, several);
    if (!acceptor.ok()) return acceptor.status();
    error_code ignored;
    endpoint->port(acceptor->local_endpoint(ignored).port());
    state_->listeners.push_back(std::make_unique<Listener>(state_->setup, loop, *std::move(acceptor)));
  }
  state_->port = endpoint->port();
  state_->OnEveryLoop([](Listener& listener) { listener.Accept(); });
  return absl::OkStatus();
}

int HttpServer::port() const { return state_->port; }

size_t HttpServer::connection_count() const { return state_->setup.counts->open.load(); }

void HttpServer::Drain(absl::Duration deadline) {
  state_->OnEveryLoop([](Listener& listener) { listener.Drain(); });
  {
    Counts& counts = *state_->setup.counts;
    std::unique_lock lock(counts.mutex);
    counts.http_ended.wait_for(lock, absl::ToChronoNanoseconds(deadline),
                               [&counts] { return counts.http == 0; });
  }
  state_->OnEveryLoop([](Listener& listener) { listener.Abort(); });
}

}  // namespace sail::gateway
