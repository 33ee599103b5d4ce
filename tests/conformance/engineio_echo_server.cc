// Engine.IO alone, versions 3 and 4 at /engine.io/: every message comes back. With the short intervals that
// the protocol's own test suites expect.
//
//   engineio_echo_server --port PORT     (default 3000)
#include <pthread.h>
#include <signal.h>

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/engineio/endpoint.h"
#include "gateway/engineio/loop_sessions.h"
#include "gateway/engineio/owned_sid.h"
#include "gateway/engineio/sid.h"
#include "gateway/http/event_loops.h"
#include "gateway/http/http_server.h"
#include "platform/metrics/metrics.h"

namespace sail::gateway {
namespace {

using engineio::LoopSessions;
using engineio::OutgoingPacket;
using engineio::PacketType;

class Echo final : public engineio::SessionHandler {
 public:
  void OnSessionOpened(engineio::EngineSession* session) override { session_ = session; }
  void OnMessage(std::string_view text) override {
    session_->Send(OutgoingPacket::Text(PacketType::kMessage, text));
  }
  void OnBinaryMessage(std::string_view bytes) override {
    session_->Send(OutgoingPacket::Binary(session_->binary_form(), bytes));
  }
  void OnSessionClosed(engineio::CloseReason) override {}

 private:
  engineio::EngineSession* session_ = nullptr;
};

// What is not for the path.
class Requests final : public RequestHandler {
 public:
  explicit Requests(engineio::Endpoint& endpoint) : endpoint_(endpoint) {}
  void Handle(std::shared_ptr<const HttpRequest> request, std::shared_ptr<Responder> responder) override {
    if (!endpoint_.IsForPath(*request)) return responder->Send(HttpResponse{.status = 404});
    endpoint_.Handle(std::move(request), std::move(responder));
  }
  size_t MaxBodyBytes(const HttpRequest& head) override { return endpoint_.MaxBodyBytes(head); }

 private:
  engineio::Endpoint& endpoint_;
};

int ParsePort(int argc, char** argv) {
  std::string_view text = "3000";
  if (argc == 3 && std::string_view(argv[1]) == "--port") {
    text = argv[2];
  } else if (argc != 1) {
    return -1;
  }
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port <= 65535 ? port : -1;
}

int Run(int port) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  platform::metrics::Registry registry;
  std::string secret(32, '\0');
  engineio::SystemRandom()(reinterpret_cast<uint8_t*>(secret.data()), secret.size());
  const engineio::OwnedSids sids(0, {secret});
  EventLoops loops(2);
  std::vector<std::unique_ptr<LoopSessions>> owned;
  std::vector<LoopSessions*> sessions;
  for (int i = 0; i < loops.size(); ++i) {
    engineio::LoopSessionsOptions options;
    options.session.ping_interval = std::chrono::milliseconds(300);
    options.session.ping_timeout = std::chrono::milliseconds(200);
    options.make_sid = [&sids, i] { return sids.Next(static_cast<uint8_t>(i)); };
    RunAndWait(loops.loop(i), [&] {
      owned.push_back(std::make_unique<LoopSessions>(
          &loops.loop(i), std::move(options),
          [](const std::shared_ptr<const HttpRequest>&) { return std::make_unique<Echo>(); }));
    });
    sessions.push_back(owned.back().get());
  }
  engineio::Endpoint endpoint({}, sessions, sids, nullptr, registry);
  Requests requests(endpoint);
  HttpServerOptions options;
  options.address = "127.0.0.1:" + std::to_string(port);
  int signal = 0;
  {
    HttpServer server(options, loops, requests, &endpoint);
    if (const auto status = server.Start(); !status.ok()) {
      return std::fprintf(stderr, "%s\n", status.ToString().c_str()), 1;
    }
    std::printf("listening on http://127.0.0.1:%d/engine.io/\n", server.port());
    std::fflush(stdout);
    sigwait(&signals, &signal);
  }
  for (int i = 0; i < loops.size(); ++i) {
    RunAndWait(loops.loop(i), [&] { owned[static_cast<size_t>(i)].reset(); });
  }
  return 0;
}

}  // namespace
}  // namespace sail::gateway

int main(int argc, char** argv) {
  const int port = sail::gateway::ParsePort(argc, argv);
  if (port < 0) return std::fprintf(stderr, "usage: %s [--port PORT]\n", argv[0]), 2;
  return sail::gateway::Run(port);
}
