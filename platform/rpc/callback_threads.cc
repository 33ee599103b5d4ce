#include "platform/rpc/callback_threads.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>

#include <chrono>
#include <memory>
#include <mutex>

namespace sail::platform::rpc {

void KeepCallbackThreads() {
  static std::once_flag once;
  std::call_once(once, [] {
    // A channel takes the threads into use with its first callback call; this one fails at once and reaches
    // nobody.
    static auto* stub = new grpc::GenericStub(
        grpc::CreateChannel("unix:/nonexistent/sail", grpc::InsecureChannelCredentials()));
    struct Call {
      grpc::ClientContext context;
      grpc::Slice nothing{""};
      grpc::ByteBuffer request{&nothing, 1};
      grpc::ByteBuffer response;
    };
    auto call = std::make_shared<Call>();
    call->context.set_deadline(std::chrono::system_clock::now());
    stub->UnaryCall(&call->context, "/none/None", grpc::StubOptions(), &call->request, &call->response,
                    [call](const grpc::Status&) {});
  });
}

}  // namespace sail::platform::rpc
