#include "platform/server/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "platform/config/config_reader.h"
#include "platform/log/log.h"
#include "platform/metrics/metrics.h"
#include "platform/rpc/callback_threads.h"
#include "platform/server/admin_server.h"
#include "platform/text/string_view.h"

namespace sail::platform {
namespace {

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

}  // namespace

ServerOptions ReadServerOptions(const std::string& name, const std::string& default_grpc_address,
                                ConfigReader& reader) {
  ServerOptions options;
  options.name = name;
  if (!default_grpc_address.empty())
    options.grpc_address = reader.String("SAIL_GRPC_ADDRESS", default_grpc_address);
  options.admin_address = reader.String("SAIL_ADMIN_ADDRESS", "0.0.0.0:9090");
  options.drain_delay = reader.Milliseconds("SAIL_DRAIN_DELAY_MS", absl::ZeroDuration(), absl::ZeroDuration(),
                                            absl::Minutes(5));
  options.drain_timeout =
      reader.Milliseconds("SAIL_DRAIN_TIMEOUT_MS", absl::Seconds(10), absl::ZeroDuration(), absl::Hours(1));
  Severity severity = Severity::kInfo;
  const std::string level = reader.String("SAIL_LOG_LEVEL", "info");
  if (!ParseSeverity(level, &severity))
    reader.Reject("SAIL_LOG_LEVEL", "must be debug, info, warning or error");
  SetLogProcess(name);
  SetLogSeverity(severity);
  return options;
}

class Server::Parts {
 public:
  Parts(ServerOptions options, metrics::Registry& registry)
      : options_(std::move(options)), registry_(registry) {
    signals_ = StopSignals();
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    signal(SIGPIPE, SIG_IGN);
  }

  absl::Status Start() {
    if (!options_.grpc_address.empty()) {
      rpc::KeepCallbackThreads();
      grpc::EnableDefaultHealthCheckService(true);
      grpc::reflection::InitProtoReflectionServerBuilderPlugin();
      grpc::ServerBuilder builder;
      builder.AddListeningPort(options_.grpc_address, grpc::InsecureServerCredentials(), &grpc_port_);
      for (grpc::Service* service : services_) builder.RegisterService(service);
      builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT,
                                 0);  // two processes on one port are a mistake, not a feature
      // Clients may ping every 4 s even without calls; see channel.cc.
      builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 2'000);
      // gRPC's own bandwidth probes are pings too and would count as strikes.
      builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);
      builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
      builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 20'000);
      builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
      builder.SetMaxReceiveMessageSize(16 << 20);
      builder.SetMaxSendMessageSize(16 << 20);
      grpc_server_ = builder.BuildAndStart();
      if (grpc_server_ == nullptr || grpc_port_ == 0) {
        return absl::UnavailableError(absl::StrCat("cannot listen on ", options_.grpc_address, " for gRPC"));
      }
    }
    if (!options_.admin_address.empty()) {
      auto admin =
          AdminServer::Start(options_.admin_address, [this](const std::string& path) { return Admin(path); });
      if (!admin.ok()) return admin.status();
      admin_server_ = *std::move(admin);
    }
    Log(Severity::kInfo, "started", {{"grpc_port", grpc_port_}, {"admin_port", admin_port()}});
    return absl::OkStatus();
  }

  int Run() {
    int signal_number = 0;
    sigwait(&signals_, &signal_number);
    Log(Severity::kInfo, "draining", {{"signal", signal_number}});
    const absl::Time deadline = absl::Now() + options_.drain_delay + options_.drain_timeout;
    std::thread([signals = signals_] {
      int second = 0;
      sigwait(&signals, &second);
      _exit(1);
    }).detach();
    draining_ = true;
    if (grpc_server_ != nullptr) {
      if (auto* health = grpc_server_->GetHealthCheckService()) health->SetServingStatus(false);
    }
    absl::SleepFor(options_.drain_delay);
    for (auto& drain : drains_) drain(deadline);
    if (grpc_server_ != nullptr) grpc_server_->Shutdown(absl::ToChronoTime(deadline));
    Log(Severity::kInfo, "stopped");
    return 0;
  }

  AdminServer::Answer Admin(const std::string& path) {
    if (path == "/healthz") return {200, "ok\n"};
    if (path == "/metrics") return {200, registry_.Text()};
    if (path != "/readyz") return {404, "try /healthz, /readyz or /metrics\n"};
    if (draining_) return {503, "draining\n"};
    for (const auto& [name, ready] : readiness_) {
      if (!ready()) return {503, absl::StrCat("waiting for ", name, "\n")};
    }
    return {200, "ready\n"};
  }

  int admin_port() const { return admin_server_ == nullptr ? 0 : admin_server_->port(); }

  const ServerOptions options_;
  metrics::Registry& registry_;
  sigset_t signals_;
  std::vector<grpc::Service*> services_;
  std::vector<std::pair<std::string, std::function<bool()>>> readiness_;
  std::vector<std::function<void(absl::Time)>> drains_;
  std::atomic<bool> draining_{false};
  int grpc_port_ = 0;
  std::unique_ptr<grpc::Server> grpc_server_;
  std::unique_ptr<AdminServer> admin_server_;
};

Server::Server(ServerOptions options, metrics::Registry& registry)
    : parts_(std::make_unique<Parts>(std::move(options), registry)) {}
Server::~Server() = default;

void Server::AddService(grpc::Service* service) { parts_->services_.push_back(service); }
void Server::AddReadiness(const std::string& name, std::function<bool()> ready) {
  parts_->readiness_.emplace_back(name, std::move(ready));
}
void Server::OnDrain(std::function<void(absl::Time)> drain) { parts_->drains_.push_back(std::move(drain)); }

absl::Status Server::Start() {
  absl::Status status = parts_->Start();
  if (!status.ok()) Log(Severity::kError, "cannot start", {{"error", ToStd(status.message())}});
  return status;
}

int Server::Run() { return parts_->Run(); }
void Server::RequestStop() { kill(getpid(), SIGTERM); }
int Server::grpc_port() const { return parts_->grpc_port_; }
int Server::admin_port() const { return parts_->admin_port(); }

}  // namespace sail::platform
