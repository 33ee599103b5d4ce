#include "services/pubsub/directory_service.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "platform/rpc/status_conversion.h"
#include "protos/sail/pubsub/v1/directory.grpc.pb.h"

namespace sail::pubsub {
namespace {

constexpr size_t kMaxAddressBytes = 256;
constexpr uint32_t kMaxTtlMs = 600'000;

std::string Key(uint32_t id) {
  char digits[9];
  std::snprintf(digits, sizeof(digits), "%08x", id);
  return std::string("sail:gateway:") + digits;
}

}  // namespace

class DirectoryService::Calls final : public v1::DirectoryService::CallbackService {
 public:
  Calls(platform::redis::Client& redis, absl::Duration max_timeout)
      : redis_(redis), max_timeout_(max_timeout) {}

  grpc::ServerUnaryReactor* AnnounceGateway(grpc::CallbackServerContext* context,
                                            const v1::AnnounceGatewayRequest* request,
                                            v1::AnnounceGatewayResponse*) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    const bool lives = request->ttl_ms() > 0;
    if (request->ttl_ms() > kMaxTtlMs || request->address().size() > kMaxAddressBytes ||
        (lives && request->address().empty())) {
      reactor->Finish({grpc::StatusCode::INVALID_ARGUMENT, "a bad address or ttl_ms"});
      return reactor;
    }
    std::vector<std::string> command = {"DEL", Key(request->id())};
    if (lives) {
      command = {"SET", Key(request->id()), request->address(), "PX", std::to_string(request->ttl_ms())};
    }
    redis_.Command(std::move(command), TimeLeft(*context),
                   [reactor](const absl::StatusOr<platform::redis::Reply>& reply) {
                     reactor->Finish(platform::rpc::ToGrpc(reply.status()));
                   });
    return reactor;
  }

  grpc::ServerUnaryReactor* FindGateway(grpc::CallbackServerContext* context,
                                        const v1::FindGatewayRequest* request,
                                        v1::FindGatewayResponse* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    redis_.Command({"GET", Key(request->id())}, TimeLeft(*context),
                   [reactor, response](const absl::StatusOr<platform::redis::Reply>& reply) {
                     if (!reply.ok()) return reactor->Finish(platform::rpc::ToGrpc(reply.status()));
                     if (!reply->is_string()) {
                       return reactor->Finish({grpc::StatusCode::NOT_FOUND, "no gateway of that id lives"});
                     }
                     response->set_address(reply->text);
                     reactor->Finish(grpc::Status::OK);
                   });
    return reactor;
  }

 private:
  absl::Duration TimeLeft(grpc::CallbackServerContext& context) const {
    return std::min(max_timeout_, absl::FromChrono(context.deadline()) - absl::Now());
  }

  platform::redis::Client& redis_;
  const absl::Duration max_timeout_;
};

DirectoryService::DirectoryService(platform::redis::Client& redis, absl::Duration max_timeout)
    : calls_(std::make_unique<Calls>(redis, max_timeout)) {}

DirectoryService::~DirectoryService() = default;

grpc::Service* DirectoryService::service() const { return calls_.get(); }

}  // namespace sail::pubsub
