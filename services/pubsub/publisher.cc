#include "services/pubsub/publisher.h"

#include <memory>
#include <mutex>
#include <random>
#include <utility>
#include <vector>

#include "protos/sail/pubsub/v1/peer.pb.h"
#include "services/pubsub/cluster_broadcast.h"
#include "services/pubsub/cluster_request.h"
#include "services/pubsub/operation_check.h"
#include "services/pubsub/publish.lua.h"

namespace sail::pubsub {
namespace {

using platform::redis::Reply;

// The end of a Publish call that was sent in several pieces.
class Gathered {
 public:
  Gathered(size_t pieces, std::function<void(absl::Status)> done) : open_(pieces), done_(std::move(done)) {}

  void Add(const absl::Status& status) {
    bool last = false;
    {
      std::lock_guard lock(mutex_);
      status_.Update(status);
      last = --open_ == 0;
    }
    if (last) done_(status_);
  }

 private:
  std::mutex mutex_;
  size_t open_;
  absl::Status status_;
  const std::function<void(absl::Status)> done_;
};

}  // namespace

std::string NewBusUid() {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::random_device random;
  std::string uid;
  for (int i = 0; i < 6; ++i) uid.push_back(kAlphabet[random() % 64]);
  return uid;
}

const platform::redis::Script& Publisher::PublishScript() {
  static const auto* script = new platform::redis::Script(kPublishLua);
  return *script;
}

Publisher::Publisher(platform::redis::Client& client, ChannelNames names, std::string uid, FreshRooms& fresh,
                     HistoryOptions history, platform::metrics::Registry& registry)
    : client_(client),
      names_(std::move(names)),
      uid_(std::move(uid)),
      fresh_(fresh),
      history_(history),
      published_(registry.AddCounter("sail_pubsub_published_total", "Operations published.")),
      failed_(
          registry.AddCounter("sail_pubsub_publish_failures_total", "Publish calls that failed at Redis.")),
      repeated_(registry.AddCounter("sail_pubsub_repeated_total",
                                    "Operations that were not done since their dedup_id had been seen.")) {}

absl::StatusOr<Publisher::Message> Publisher::Encode(const v1::Operation& operation) const {
  if (absl::Status status = CheckOperation(operation); !status.ok()) return status;
  const std::string ns = NamespaceOf(operation.namespace_());
  Message message{operation.dedup_id(), "", "", {}};
  if (operation.has_broadcast()) {
    const v1::Broadcast& broadcast = operation.broadcast();
    absl::StatusOr<std::string> payload = EncodeBroadcast(uid_, ns, broadcast);
    if (!payload.ok()) return payload.status();
    message.payload = *std::move(payload);
    const bool one_room = broadcast.rooms_size() == 1 && !fresh_.IsFresh(ns, broadcast.rooms(0));
    message.channel = one_room ? names_.Room(ns, broadcast.rooms(0)) : names_.All(ns);
    if (history_.on() && !broadcast.volatile_()) {
      if (broadcast.rooms().empty()) message.streams.push_back(names_.History(names_.All(ns)));
      for (const std::string& room : broadcast.rooms()) {
        message.streams.push_back(names_.History(names_.Room(ns, room)));
      }
    }
  } else if (operation.has_leave_all() && ns != "/") {
    // Sails' admin bus knows no other namespace than "/", and the adapter's wire no such request.
    v1::PeerMessage peers;
    *peers.mutable_operation() = operation;
    peers.mutable_operation()->set_namespace_(ns);
    peers.mutable_operation()->clear_dedup_id();
    message.payload = peers.SerializeAsString();
    message.channel = names_.Peers(ns);
  } else if (operation.has_leave_all()) {
    message.payload = EncodeAdmin(uid_, operation.leave_all());
    message.channel = names_.Admin();
  } else {
    message.payload = EncodeRequest(uid_, operation);
    message.channel = names_.Request(ns);
    for (const std::string& room : operation.add_members().target_rooms()) fresh_.Note(ns, room);
  }
  return message;
}

void Publisher::Publish(const Operations& operations, absl::Duration timeout,
                        std::function<void(absl::Status)> done) {
  std::vector<std::vector<Message>> pieces;
  for (const v1::Operation& operation : operations) {
    absl::StatusOr<Message> message = Encode(operation);
    if (!message.ok()) {
      done(message.status());
      return;
    }
    if (pieces.empty() || pieces.back().size() == kPiece) pieces.emplace_back();
    pieces.back().push_back(*std::move(message));
  }
  if (pieces.empty()) {
    done(absl::OkStatus());
    return;
  }
  auto gathered = std::make_shared<Gathered>(pieces.size(), std::move(done));
  for (std::vector<Message>& piece : pieces) {
    const auto count = static_cast<int64_t>(piece.size());
    Send(std::move(piece), timeout, [this, gathered, count](const absl::StatusOr<Reply>& reply) {
      if (!reply.ok()) {
        failed_->Increment();
      } else {
        published_->Increment(static_cast<uint64_t>(reply->integer));
        repeated_->Increment(static_cast<uint64_t>(count - reply->integer));
      }
      gathered->Add(reply.status());
    });
  }
}

void Publisher::Send(std::vector<Message> piece, absl::Duration timeout,
                     platform::redis::Client::Callback done) {
  std::vector<std::string> keys = {names_.HistoryHead()};
  std::vector<std::string> args = {std::to_string(absl::ToInt64Milliseconds(history_.kept)),
                                   std::to_string(history_.most_messages)};
  for (Message& message : piece) {
    if (message.dedup_id.empty()) {
      args.push_back("0");
    } else {
      keys.push_back("sail:dedup:" + message.dedup_id);
      args.push_back(std::to_string(keys.size()));
    }
    args.push_back(std::move(message.channel));
    args.push_back(std::move(message.payload));
    args.push_back(std::to_string(message.streams.size()));
    for (std::string& stream : message.streams) {
      keys.push_back(std::move(stream));
      args.push_back(std::to_string(keys.size()));
    }
  }
  client_.Run(PublishScript(), std::move(keys), std::move(args), timeout, std::move(done));
}

}  // namespace sail::pubsub
