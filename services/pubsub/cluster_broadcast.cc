#include "services/pubsub/cluster_broadcast.h"

#include <functional>
#include <vector>

#include "services/pubsub/msgpack.h"
#include "services/pubsub/msgpack_json.h"

namespace sail::pubsub {
namespace {

using Type = MsgpackToken::Type;
using Strings = google::protobuf::RepeatedPtrField<std::string>;

// Socket.IO's packet types. Old adapters name events with binary arguments apart.
constexpr uint64_t kEvent = 2;
constexpr uint64_t kBinaryEvent = 5;

absl::Status Malformed(const char* what) {
  return absl::InvalidArgumentError(std::string("cluster message: ") + what);
}

void WriteStrings(const Strings& strings, MsgpackWriter* writer) {
  writer->ArrayHeader(static_cast<uint32_t>(strings.size()));
  for (const std::string& text : strings) writer->String(text);
}

// Calls member(key) with the reader at the value of each key of the map that comes next.
absl::Status ForEachMember(MsgpackReader* reader,
                           const std::function<absl::Status(std::string_view key)>& member) {
  MsgpackToken token;
  if (absl::Status status = reader->Next(&token); !status.ok()) return status;
  if (token.type != Type::kMap) return Malformed("not a map");
  for (uint32_t i = token.count; i > 0; --i) {
    MsgpackToken key;
    if (absl::Status status = reader->Next(&key); !status.ok()) return status;
    if (key.type != Type::kString) return Malformed("a key is not a string");
    if (absl::Status status = member(key.bytes); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// Rooms may be numbers: Node's rooms are any value.
absl::Status ReadStrings(MsgpackReader* reader, Strings* strings) {
  MsgpackToken array;
  if (absl::Status status = reader->Next(&array); !status.ok()) return status;
  if (array.type != Type::kArray) return Malformed("rooms are not an array");
  for (uint32_t i = array.count; i > 0; --i) {
    MsgpackToken token;
    if (absl::Status status = reader->Next(&token); !status.ok()) return status;
    if (token.type == Type::kString) {
      strings->Add(std::string(token.bytes));
    } else if (token.type == Type::kUnsigned) {
      strings->Add(std::to_string(token.unsigned_integer));
    } else if (token.type == Type::kInteger) {
      strings->Add(std::to_string(token.integer));
    } else {
      return Malformed("a room is neither a string nor a number");
    }
  }
  return absl::OkStatus();
}

absl::Status ReadString(MsgpackReader* reader, std::string_view* text) {
  MsgpackToken token;
  if (absl::Status status = reader->Next(&token); !status.ok()) return status;
  if (token.type != Type::kString) return Malformed("not a string");
  *text = token.bytes;
  return absl::OkStatus();
}

absl::Status ReadPacket(MsgpackReader* reader, std::string_view ns, v1::Broadcast* broadcast) {
  uint64_t type = 0;
  std::string_view packet_ns;
  std::vector<std::string> attachments;
  absl::Status status = ForEachMember(reader, [&](std::string_view key) {
    if (key == "type") {
      MsgpackToken token;
      if (absl::Status status = reader->Next(&token); !status.ok()) return status;
      type = token.unsigned_integer;
      return absl::OkStatus();
    }
    if (key == "data" && broadcast->data_json().empty()) {
      return MsgpackToJson(reader, broadcast->mutable_data_json(), &attachments);
    }
    return key == "nsp" ? ReadString(reader, &packet_ns) : reader->Skip();
  });
  if (!status.ok()) return status;
  if (type != kEvent && type != kBinaryEvent) return Malformed("not an event packet");
  if (packet_ns != ns) return Malformed("another namespace than the channel's");
  if (!std::string_view(broadcast->data_json()).starts_with("[\""))
    return Malformed("the data is not an event");
  for (std::string& bytes : attachments) broadcast->add_attachments(std::move(bytes));
  return absl::OkStatus();
}

absl::Status ReadFlags(MsgpackReader* reader, v1::Broadcast* broadcast) {
  return ForEachMember(reader, [&](std::string_view key) {
    if (key != "volatile") return reader->Skip();
    MsgpackToken token;
    if (absl::Status status = reader->Next(&token); !status.ok()) return status;
    broadcast->set_volatile_(token.type == Type::kBoolean && token.boolean);
    return absl::OkStatus();
  });
}

absl::Status ReadOptions(MsgpackReader* reader, v1::Broadcast* broadcast) {
  return ForEachMember(reader, [&](std::string_view key) {
    if (key == "rooms") return ReadStrings(reader, broadcast->mutable_rooms());
    if (key == "except") return ReadStrings(reader, broadcast->mutable_except_rooms());
    return key == "flags" ? ReadFlags(reader, broadcast) : reader->Skip();
  });
}

}  // namespace

absl::StatusOr<std::string> EncodeBroadcast(std::string_view uid, std::string_view ns,
                                            const v1::Broadcast& broadcast) {
  std::string payload;
  payload.reserve(broadcast.data_json().size() + 128);
  MsgpackWriter writer(&payload);
  writer.ArrayHeader(3);
  writer.String(uid);
  writer.MapHeader(3);
  writer.String("type");
  writer.Unsigned(kEvent);
  writer.String("data");
  const size_t data_at = payload.size();
  const std::vector<std::string_view> attachments(broadcast.attachments().begin(),
                                                  broadcast.attachments().end());
  if (absl::Status status = JsonToMsgpack(broadcast.data_json(), attachments, &writer); !status.ok()) {
    return absl::InvalidArgumentError("data_json: " + std::string(status.message()));
  }
  MsgpackReader check(std::string_view(payload).substr(data_at));
  MsgpackToken array, name;
  if (!check.Next(&array).ok() || array.type != Type::kArray || !check.Next(&name).ok() ||
      name.type != Type::kString) {
    return absl::InvalidArgumentError("data_json: not an array that begins with the event's name");
  }
  writer.String("nsp");
  writer.String(ns);
  writer.MapHeader(3);
  writer.String("rooms");
  WriteStrings(broadcast.rooms(), &writer);
  writer.String("except");
  WriteStrings(broadcast.except_rooms(), &writer);
  writer.String("flags");
  writer.MapHeader(broadcast.volatile_() ? 1 : 0);
  if (broadcast.volatile_()) {
    writer.String("volatile");
    writer.Boolean(true);
  }
  return payload;
}

absl::StatusOr<v1::Operation> DecodeBroadcast(std::string_view payload, std::string_view ns) {
  MsgpackReader reader(payload);
  MsgpackToken array;
  if (absl::Status status = reader.Next(&array); !status.ok()) return status;
  // Further elements are for whoever knows them.
  if (array.type != Type::kArray || array.count < 3) return Malformed("not [uid, packet, opts]");
  if (absl::Status status = reader.Skip(); !status.ok()) return status;
  v1::Operation operation;
  operation.set_namespace_(std::string(ns));
  if (absl::Status status = ReadPacket(&reader, ns, operation.mutable_broadcast()); !status.ok())
    return status;
  if (absl::Status status = ReadOptions(&reader, operation.mutable_broadcast()); !status.ok()) return status;
  if (array.count > 3) {
    MsgpackToken seq;
    if (absl::Status status = reader.Next(&seq); !status.ok()) return status;
    if (seq.type == Type::kUnsigned) operation.set_seq(seq.unsigned_integer);
  }
  return operation;
}

}  // namespace sail::pubsub
