// Channels between the processes of the suite.
#ifndef SAIL_PLATFORM_RPC_CHANNEL_H_
#define SAIL_PLATFORM_RPC_CHANNEL_H_

#include <memory>
#include <string>

namespace grpc {
class Channel;
}

namespace sail::platform::rpc {

// A channel to a target as resolver.h has them (calls are spread over its addresses), with keepalive pings (a
// peer that is gone without a word is noticed within 15 s), quick reconnects (at most 1 s apart) and messages
// of at most 16 MiB. Connects when first used.
std::shared_ptr<grpc::Channel> MakeChannel(const std::string& target);

}  // namespace sail::platform::rpc

#endif  // SAIL_PLATFORM_RPC_CHANNEL_H_
