#include "platform/rpc/channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include "platform/rpc/callback_threads.h"
#include "platform/rpc/resolver.h"

namespace sail::platform::rpc {
namespace {

// A list of replicas in the form that gRPC knows: "ipv4:ADDRESS:PORT,ADDRESS:PORT". Names in a list are
// looked up now; a single name is left to gRPC, which looks it up again and again.
std::string ChannelTarget(const std::string& target) {
  if (target.find(',') == std::string::npos) return target;
  const absl::StatusOr<std::vector<std::string>> addresses = Resolve(target);
  if (!addresses.ok()) return target;
  std::string list;
  for (const std::string& address : *addresses) {
    if (address.rfind("ipv4:", 0) != 0) continue;
    list += (list.empty() ? "ipv4:" : ",") + address.substr(5);
  }
  return list;
}

}  // namespace

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& target) {
  KeepCallbackThreads();
  grpc::ChannelArguments arguments;
  // A peer that stands still is given up after eight seconds.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 4'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 4'000);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1'000);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetMaxReceiveMessageSize(16 << 20);
  arguments.SetMaxSendMessageSize(16 << 20);
  // A name with several addresses: requests are spread over all of them.
  arguments.SetLoadBalancingPolicyName("round_robin");
  return grpc::CreateCustomChannel(ChannelTarget(target), grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace sail::platform::rpc
