#include "absl/time/time.h"
#include "platform/json/json_text.h"
#include "services/pubsub/msgpack_json.h"

namespace sail::pubsub {
namespace {

using Type = MsgpackToken::Type;

uint64_t BigEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<uint8_t>(c);
  return value;
}

// The timestamp extension in its three sizes. Other extensions, and times that JavaScript's Date cannot hold,
// are null.
void AppendExtension(const MsgpackToken& token, std::string* json) {
  constexpr int kTimestamp = -1;
  constexpr int64_t kLatest = 8640000000000;  // seconds; the end of Date's range
  int64_t seconds = 0;
  uint64_t nanoseconds = 0;
  const std::string_view bytes = token.bytes;
  if (token.extension == kTimestamp && bytes.size() == 4) {
    seconds = static_cast<int64_t>(BigEndian(bytes));
  } else if (token.extension == kTimestamp && bytes.size() == 8) {
    const uint64_t both = BigEndian(bytes);
    nanoseconds = both >> 34;
    seconds = static_cast<int64_t>(both & ((uint64_t{1} << 34) - 1));
  } else if (token.extension == kTimestamp && bytes.size() == 12) {
    nanoseconds = BigEndian(bytes.substr(0, 4));
    seconds = static_cast<int64_t>(BigEndian(bytes.substr(4)));
  } else {
    *json += "null";
    return;
  }
  if (seconds > kLatest || seconds < -kLatest) {
    *json += "null";
    return;
  }
  const absl::Time time =
      absl::FromUnixSeconds(seconds) + absl::Nanoseconds(static_cast<int64_t>(nanoseconds));
  *json += absl::FormatTime("\"%Y-%m-%dT%H:%M:%E3SZ\"", time, absl::UTCTimeZone());
}

absl::Status AppendKey(const MsgpackToken& key, std::string* json) {
  switch (key.type) {
    case Type::kString:
      platform::json::AppendJsonString(key.bytes, json);
      return absl::OkStatus();
    case Type::kUnsigned:
      *json += '"' + std::to_string(key.unsigned_integer) + '"';
      return absl::OkStatus();
    case Type::kInteger:
      *json += '"' + std::to_string(key.integer) + '"';
      return absl::OkStatus();
    default:
      return absl::InvalidArgumentError("MessagePack: a map's key is not a string");
  }
}

absl::Status AppendValue(MsgpackReader* reader, int depth, std::string* json,
                         std::vector<std::string>* attachments);

absl::Status AppendContainer(const MsgpackToken& token, MsgpackReader* reader, int depth, std::string* json,
                             std::vector<std::string>* attachments) {
  if (depth >= kMaxNesting) return absl::InvalidArgumentError("MessagePack: nested too deep");
  const bool map = token.type == Type::kMap;
  *json += map ? '{' : '[';
  for (uint32_t i = 0; i < token.count; ++i) {
    if (i > 0) *json += ',';
    if (map) {
      MsgpackToken key;
      if (absl::Status status = reader->Next(&key); !status.ok()) return status;
      if (absl::Status status = AppendKey(key, json); !status.ok()) return status;
      *json += ':';
    }
    if (absl::Status status = AppendValue(reader, depth + 1, json, attachments); !status.ok()) return status;
  }
  *json += map ? '}' : ']';
  return absl::OkStatus();
}

absl::Status AppendValue(MsgpackReader* reader, int depth, std::string* json,
                         std::vector<std::string>* attachments) {
  MsgpackToken token;
  if (absl::Status status = reader->Next(&token); !status.ok()) return status;
  switch (token.type) {
    case Type::kNil:
      *json += "null";
      break;
    case Type::kBoolean:
      *json += token.boolean ? "true" : "false";
      break;
    case Type::kInteger:
      *json += std::to_string(token.integer);
      break;
    case Type::kUnsigned:
      *json += std::to_string(token.unsigned_integer);
      break;
    case Type::kDouble:
      platform::json::AppendJsonNumber(token.number, json);
      break;
    case Type::kString:
      platform::json::AppendJsonString(token.bytes, json);
      break;
    case Type::kBinary:
      if (attachments->size() >= kMaxAttachments)
        return absl::InvalidArgumentError("too many binary arguments");
      *json += R"({"_placeholder":true,"num":)" + std::to_string(attachments->size()) + "}";
      attachments->emplace_back(token.bytes);
      break;
    case Type::kExtension:
      AppendExtension(token, json);
      break;
    case Type::kArray:
    case Type::kMap:
      return AppendContainer(token, reader, depth, json, attachments);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status MsgpackToJson(MsgpackReader* reader, std::string* json, std::vector<std::string>* attachments) {
  return AppendValue(reader, 0, json, attachments);
}

}  // namespace sail::pubsub
