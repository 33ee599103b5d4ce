// An action service in C++. SAIL_GRPC_ADDRESS says where it listens.
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "protos/sail/action/v1/action.grpc.pb.h"
#include "tests/interop/actions_cc/actions.h"

namespace sail::interop {
namespace {

class ActionServer final : public action::v1::ActionService::Service {
 public:
  ActionServer() {
    AddSessActions(&actions_);
    AddRoomActions(&actions_);
  }

  grpc::Status Run(grpc::ServerContext*, const ActionRequest* request, ActionResponse* response) override {
    const auto found = actions_.find(request->action());
    if (found == actions_.end()) return {grpc::StatusCode::UNIMPLEMENTED, "there is no such action"};
    Context context(*request, response);
    found->second(context);
    return grpc::Status::OK;
  }

  grpc::Status Describe(grpc::ServerContext*, const action::v1::DescribeRequest* request,
                        action::v1::DescribeResponse* response) override {
    response->set_version("1");  // a build's own name, where there are several
    if (request->known_version() == response->version()) return grpc::Status::OK;
    for (const auto& [name, action] : actions_) {
      if (name.rfind("policies/", 0) == 0) {
        response->add_actions(name);
        continue;
      }
      auto* route = response->add_routes();  // without a method: for every one
      route->set_path("/" + name);
      route->set_action(name);
    }
    return grpc::Status::OK;
  }

 private:
  Actions actions_;
};

int Main() {
  // Before any thread, so that all of them leave the signals to us.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const char* address = std::getenv("SAIL_GRPC_ADDRESS");
  if (address == nullptr) address = "127.0.0.1:7000";
  ActionServer service;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address, grpc::InsecureServerCredentials());
  builder.SetMaxReceiveMessageSize(16 << 20);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return std::fprintf(stderr, "cannot listen on %s\n", address), 1;

  int number = 0;
  sigwait(&signals, &number);
  server->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(5));
  server->Wait();
  return 0;
}

}  // namespace
}  // namespace sail::interop

int main() { return sail::interop::Main(); }
