// permessage-deflate (RFC 7692): its negotiation, and the compression of messages.
//
// Without context takeover in either direction: each message stands alone, so that a connection holds no
// compressor, whose 300 KiB each would be most of its memory.
#ifndef SAIL_GATEWAY_WEBSOCKET_MESSAGE_DEFLATE_H_
#define SAIL_GATEWAY_WEBSOCKET_MESSAGE_DEFLATE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sail::gateway::websocket {

// Messages from this size on are compressed.
inline constexpr size_t kDeflateThreshold = 1024;

// The Sec-WebSocket-Extensions of the answer to an offer (the request's headers of that name, joined with
// ","); nothing if none of what it offers can be accepted: unknown parameters, parameters given twice or with
// values that RFC 7692 does not know, a smaller window than ours.
std::optional<std::string> NegotiateDeflate(std::string_view offers);

// The payload of a message, compressed.
std::string DeflateMessage(std::string_view message);

// The inverse. Nothing if the payload is not deflate's format; too_large is set when the message would have
// more than max_bytes: it has not been unpacked further.
std::optional<std::string> InflateMessage(std::string_view payload, size_t max_bytes, bool* too_large);

}  // namespace sail::gateway::websocket

#endif  // SAIL_GATEWAY_WEBSOCKET_MESSAGE_DEFLATE_H_
