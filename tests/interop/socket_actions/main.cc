// An action service in C++ with ActionStreamService: the fast way for events of sockets. SAIL_GRPC_ADDRESS
// says where it listens.
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "platform/rpc/batch_service.h"
#include "protos/sail/action/v1/action.grpc.pb.h"
#include "tests/interop/socket_actions/actions.h"

namespace sail::interop {
namespace {

using action::v1::ActionRequest;
using action::v1::ActionResponse;
using action::v1::RunBatch;
using action::v1::RunBatchReply;
using action::v1::RunItem;
using action::v1::RunReply;

class Actions final : public action::v1::ActionService::CallbackService {
 public:
  grpc::ServerUnaryReactor* Run(grpc::CallbackServerContext* context, const ActionRequest* request,
                                ActionResponse* response) override {
    auto* reactor = context->DefaultReactor();
    const bool known = RunSocketAction(*request, response);
    reactor->Finish(known ? grpc::Status::OK
                          : grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "there is no such action"));
    return reactor;
  }
};

class ActionStreams final : public action::v1::ActionStreamService::CallbackService {
 public:
  grpc::ServerBidiReactor<RunBatch, RunBatchReply>* RunStream(grpc::CallbackServerContext*) override {
    return platform::rpc::StartBatchStream<RunBatch, RunBatchReply>([](RunItem&& item, auto respond) {
      if (item.cancel()) return;  // it has been answered already
      RunReply reply;
      reply.set_id(item.id());
      if (!RunSocketAction(item.request(), reply.mutable_response()))
        reply.set_code(grpc::StatusCode::UNIMPLEMENTED);
      respond(std::move(reply));
    });
  }
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
  Actions actions;
  ActionStreams streams;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address, grpc::InsecureServerCredentials());
  builder.SetMaxReceiveMessageSize(64 << 20);
  builder.RegisterService(&actions);
  builder.RegisterService(&streams);
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
