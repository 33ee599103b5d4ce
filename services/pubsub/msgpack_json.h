// JSON text to MessagePack and back, without a tree in between.
#ifndef SAIL_PUBSUB_MSGPACK_JSON_H_
#define SAIL_PUBSUB_MSGPACK_JSON_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "services/pubsub/msgpack.h"

namespace sail::pubsub {

// Values nest at most so deep, either way.
inline constexpr int kMaxNesting = 64;
// What Socket.IO clients accept.
inline constexpr size_t kMaxAttachments = 10;

// Appends one JSON value the way notepack encodes what JSON.parse makes of it: integers in their smallest
// form, other numbers as float64, and {"_placeholder":true,"num":N} as the bytes of attachment N (only if
// there are attachments). INVALID_ARGUMENT: not JSON, too deep, a placeholder for an attachment that is not
// there; the output is then unusable.
absl::Status JsonToMsgpack(std::string_view json, const std::vector<std::string_view>& attachments,
                           MsgpackWriter* writer);

// Appends the next value as JSON text as JSON.stringify writes it: binary becomes a placeholder and an
// attachment, a date (extension -1) its ISO text, other extensions null, NaN null; text that is not UTF-8
// gets U+FFFD. INVALID_ARGUMENT: not MessagePack, too deep, more than kMaxAttachments, a map key that is not
// a string or a number.
absl::Status MsgpackToJson(MsgpackReader* reader, std::string* json, std::vector<std::string>* attachments);

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_MSGPACK_JSON_H_
