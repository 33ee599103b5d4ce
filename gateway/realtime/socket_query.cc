#include "gateway/realtime/socket_query.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "gateway/realtime/socket_description.h"
#include "gateway/socketio/encoded_packet.h"
#include "gateway/socketio/socket.h"

namespace sail::gateway {
namespace {

using pubsub::v1::Query;
using socketio::Socket;
using Sockets = std::vector<std::shared_ptr<Socket>>;

// Sockets described in one turn of the loop, and in one part.
constexpr size_t kPortion = 200;
constexpr int kRoomsInPart = 4096;
constexpr int64_t kMaxAckTimeoutMs = 60'000;

Sockets Select(socketio::RoomTable& table, const Query& query) {
  Sockets sockets;
  for (socketio::RoomMember* member :
       table.Members({{query.rooms().begin(), query.rooms().end()},
                      {query.except_rooms().begin(), query.except_rooms().end()}})) {
    auto* socket = static_cast<Socket*>(member);
    // Those that the application has not let in yet are members, too.
    if (socket->connected()) sockets.push_back(socket->shared_from_this());
  }
  return sockets;
}

// Describes from the first to the limit, in portions.
void Describe(EventLoop& loop, Sockets sockets, size_t first, const std::shared_ptr<const Query>& query,
              const std::string& gateway_id, const std::shared_ptr<QueryAnswer>& answer) {
  pubsub::v1::Answer part;
  const size_t end = std::min(sockets.size(), first + kPortion);
  for (size_t i = first; i < end; ++i) {
    if (!sockets[i]->connected()) continue;
    *part.add_sockets() = DescribeSocket(*sockets[i], gateway_id, query->describe());
  }
  answer->Part(std::move(part));
  if (end == sockets.size()) return answer->End();
  loop.Post([&loop, sockets = std::move(sockets), end, query, gateway_id, answer]() mutable {
    Describe(loop, std::move(sockets), end, query, gateway_id, answer);
  });
}

void NameRooms(const socketio::RoomTable& table, const Query& query, QueryAnswer& answer) {
  const auto limit = static_cast<size_t>(std::max<int64_t>(query.limit(), 0));
  std::vector<std::string> names = table.RoomNames(query.name_rooms().prefix(), limit + 1);
  pubsub::v1::Answer part;
  part.set_truncated(names.size() > limit);
  names.resize(std::min(names.size(), limit));
  for (std::string& name : names) {
    part.add_rooms(std::move(name));
    if (part.rooms_size() == kRoomsInPart) answer.Part(std::exchange(part, {}));
  }
  answer.Part(std::move(part));
}

void EmitWithAck(EventLoop& loop, const Sockets& sockets, const Query& query,
                 const std::shared_ptr<QueryAnswer>& answer) {
  if (sockets.empty()) return answer->Counted(0);
  const auto& emit = query.emit_with_ack();
  const std::chrono::milliseconds timeout(std::clamp<int64_t>(emit.timeout_ms(), 1, kMaxAckTimeoutMs));
  const uint64_t id = sockets.front()->TakeAckId();
  const socketio::EncodedPacket packet = socketio::EncodeEvent(
      sockets.front()->nsp(), emit.data_json(), {emit.attachments().begin(), emit.attachments().end()}, id);
  const auto on_reply = [&loop, answer](absl::StatusOr<socketio::AckReply> reply) {
    if (reply.ok()) {
      pubsub::v1::Acknowledgement ack;
      if (!reply->args.empty()) ack.set_answer_json(std::string(reply->args.front()));
      for (std::string& bytes : reply->attachments) ack.add_attachments(std::move(bytes));
      if (answer->Ack(std::move(ack))) loop.Post([answer] { answer->Flush(); });
    }
    answer->End();
  };
  int64_t count = 0;
  for (const auto& socket : sockets) {
    if (socket->DeliverWithAck(packet, id, timeout, on_reply)) ++count;
  }
  answer->Counted(count, count);
}

}  // namespace

void AnswerOnLoop(EventLoop& loop, socketio::RoomTable* table, const std::shared_ptr<const Query>& query,
                  const std::string& gateway_id, const std::shared_ptr<QueryAnswer>& answer) {
  const Query::KindCase kind = table == nullptr ? Query::KIND_NOT_SET : query->kind_case();
  switch (kind) {
    case Query::kDescribe: {
      Sockets sockets = Select(*table, *query);
      const auto limit = static_cast<size_t>(std::max<int64_t>(query->limit(), 0));
      answer->Counted(static_cast<int64_t>(sockets.size()));
      if (sockets.size() > limit) {
        pubsub::v1::Answer part;
        part.set_truncated(true);
        answer->Part(std::move(part));
        sockets.resize(limit);
      }
      // Ends the answer itself.
      return Describe(loop, std::move(sockets), 0, query, gateway_id, answer);
    }
    case Query::kCount:
      answer->Counted(static_cast<int64_t>(Select(*table, *query).size()));
      break;
    case Query::kNameRooms:
      NameRooms(*table, *query, *answer);
      answer->Counted(0);
      break;
    case Query::kEmitWithAck:
      EmitWithAck(loop, Select(*table, *query), *query, answer);
      break;
    case Query::KIND_NOT_SET:
      answer->Counted(0);
      break;
  }
  answer->End();
}

}  // namespace sail::gateway
