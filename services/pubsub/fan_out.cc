#include "services/pubsub/fan_out.h"

#include <utility>

#include "platform/log/log.h"
#include "services/pubsub/cluster_broadcast.h"
#include "services/pubsub/eviction.h"
#include "services/pubsub/operation_check.h"

namespace sail::pubsub {

FanOut::FanOut(ChannelNames names, Channels& channels, FreshRooms& fresh, std::function<absl::Time()> clock,
               platform::metrics::Registry& registry)
    : names_(names),
      channels_(channels),
      fresh_(fresh),
      clock_(std::move(clock)),
      received_(registry.AddCounter("sail_pubsub_received_total", "Messages from the cluster bus.")),
      undecodable_(registry.AddCounter(
          "sail_pubsub_undecodable_total",
          "Messages from the cluster bus that were dropped: malformed or not supported.")),
      deliveries_(registry.AddCounter("sail_pubsub_deliveries_total",
                                      "Operations given to links, counted per link.")),
      gaps_(registry.AddCounter("sail_pubsub_gaps_total", "Times when the bus may have lost messages.")),
      rooms_(registry.AddGauge("sail_pubsub_rooms", "Rooms that some link has interest in.")),
      links_(registry.AddGauge("sail_pubsub_links", "Attached gateways, and programs that watch.")),
      interest_(std::move(names)) {}

void FanOut::UseHistory(History& history, const std::string& marks, platform::metrics::Registry& registry) {
  marks_ = marks;
  feeds_ = std::make_unique<LinkFeeds>(
      history, marks, [this](LinkId link) { return interest_.RoomsOf(link); }, clock_, registry);
  channels_.Subscribe({marks}, [](const absl::Status&) {});
}

void FanOut::Attach(LinkId link, std::shared_ptr<DeliverySink> sink, Position after) {
  if (feeds_ != nullptr) sink = feeds_->Attach(link, std::move(sink), after);
  sinks_[link] = std::move(sink);
  links_->Set(static_cast<int64_t>(sinks_.size()));
}

void FanOut::Detach(LinkId link) {
  sinks_.erase(link);
  if (feeds_ != nullptr) feeds_->Detach(link);
  links_->Set(static_cast<int64_t>(sinks_.size()));
  std::vector<std::string> unsubscribe;
  interest_.RemoveLink(link, &unsubscribe);
  Unsubscribe(std::move(unsubscribe));
}

void FanOut::ChangeInterest(LinkId link, const v1::InterestChange& change, OnChanged done) {
  // A change that was under way when its link ended must not leave interest behind.
  if (!sinks_.contains(link)) {
    done(absl::CancelledError("the link has ended"));
    return;
  }
  for (const auto& rooms : {change.add(), change.remove()}) {
    for (const v1::Room& room : rooms) {
      absl::Status status = CheckRoom(NamespaceOf(room.namespace_()), room.room());
      if (!status.ok()) {
        done(std::move(status));
        return;
      }
    }
  }
  std::vector<WantedChannel> subscribe;
  std::vector<std::string> unsubscribe;
  for (const v1::Room& room : change.add()) {
    interest_.Add(link, NamespaceOf(room.namespace_()), room.room(), &subscribe);
  }
  for (const v1::Room& room : change.remove()) {
    interest_.Remove(link, NamespaceOf(room.namespace_()), room.room(), &unsubscribe);
  }
  Subscribe(std::move(subscribe), [this, link, done = std::move(done)](absl::Status status) {
    // While the bus is cut the feeds know how to wait.
    if (!status.ok() && (feeds_ == nullptr || !absl::IsUnavailable(status))) return done(std::move(status));
    if (feeds_ == nullptr) return done(Position{0});
    feeds_->OnSubscribed(link, done);
  });
  Unsubscribe(std::move(unsubscribe));
}

void FanOut::Subscribe(std::vector<WantedChannel> wanted, std::function<void(absl::Status)> done) {
  rooms_->Set(static_cast<int64_t>(interest_.rooms()));
  if (wanted.empty()) {
    if (!done) return;
    // Confirmed once, but worth nothing while there is no connection.
    done(channels_.connected() ? absl::OkStatus() : absl::UnavailableError("Redis: no connection"));
    return;
  }
  std::vector<std::string> names;
  names.reserve(wanted.size());
  for (const WantedChannel& channel : wanted) names.push_back(channel.name);
  channels_.Subscribe(std::move(names),
                      [this, wanted = std::move(wanted), done = std::move(done)](const absl::Status& status) {
                        if (status.ok()) interest_.Confirm(wanted);
                        if (done) done(status);
                      });
}

void FanOut::Unsubscribe(std::vector<std::string> channels) {
  rooms_->Set(static_cast<int64_t>(interest_.rooms()));
  if (!channels.empty()) channels_.Unsubscribe(std::move(channels));
}

void FanOut::OnMessage(const std::string& name, const std::string& payload) {
  if (feeds_ != nullptr && name == marks_) return feeds_->OnMark(payload);
  const Interest::Channel* channel = interest_.Find(name);
  // Sent by Redis before it saw our UNSUBSCRIBE.
  if (channel == nullptr) return;
  received_->Increment();
  switch (channel->kind) {
    case Interest::Kind::kRoom:
      if (IsEviction(payload)) return OnOperation(DecodeEviction(payload, channel->ns));
      [[fallthrough]];
    case Interest::Kind::kAll:
      OnOperation(DecodeBroadcast(payload, channel->ns));
      return;
    case Interest::Kind::kRequest:
      OnRequest(std::string(channel->ns), payload);
      return;
    case Interest::Kind::kPeers:
      OnPeerMessage(payload);
      return;
    case Interest::Kind::kAdmin:
      OnOperation(DecodeAdmin(payload));
      return;
  }
}

void FanOut::OnRequest(const std::string& ns, const std::string& payload) {
  absl::StatusOr<ClusterRequest> request = DecodeRequest(payload, ns);
  if (!request.ok()) {
    Drop(request.status());
    return;
  }
  if (!request->operation.has_value()) {
    if (questions_ != nullptr) questions_->OnRequest(ns, *request);
    return;
  }
  if (request->one_socket && !request->request_id.empty() && !LinksFor(*request->operation).empty()) {
    channels_.Publish(request->uid.empty() ? names_.Response(ns) : names_.ResponseTo(ns, request->uid),
                      DoneAnswer(*request));
  }
  OnOperation(*std::move(request->operation));
}

void FanOut::OnPeerMessage(const std::string& payload) {
  v1::PeerMessage message;
  if (!message.ParseFromString(payload)) return Drop(absl::InvalidArgumentError("peer message: malformed"));
  if (message.has_query()) {
    if (questions_ != nullptr) questions_->OnPeerQuery(message.query());
  } else if (message.has_operation()) {
    OnOperation(std::move(*message.mutable_operation()));
  }
}

void FanOut::OnOperation(absl::StatusOr<v1::Operation> operation) {
  if (!operation.ok()) {
    Drop(operation.status());
    return;
  }
  if (feeds_ != nullptr && operation->seq() != 0) feeds_->NotePosition(operation->seq());
  const std::vector<LinkId> links = LinksFor(*operation);
  if (operation->has_add_members()) FollowMembers(*operation, links);
  Deliver(*std::move(operation), links);
}

std::vector<LinkId> FanOut::LinksFor(const v1::Operation& operation) const {
  const std::string& ns = operation.namespace_();
  switch (operation.operation_case()) {
    case v1::Operation::kBroadcast:
      return interest_.Links(ns, operation.broadcast().rooms());
    case v1::Operation::kAddMembers:
      return interest_.Links(ns, operation.add_members().source_rooms());
    case v1::Operation::kRemoveMembers:
      return interest_.Links(ns, operation.remove_members().source_rooms());
    case v1::Operation::kDisconnect:
      return interest_.Links(ns, operation.disconnect().rooms());
    case v1::Operation::kLeaveAll:
      return interest_.Links(ns, std::vector<std::string>{operation.leave_all().room()});
    case v1::Operation::kEvictGhost:
      return interest_.Links(ns, std::vector<std::string>{operation.evict_ghost().socket_id()});
    case v1::Operation::OPERATION_NOT_SET:
      break;
  }
  return {};
}

void FanOut::FollowMembers(const v1::Operation& operation, const std::vector<LinkId>& links) {
  const absl::Time until = clock_() + kProvisional;
  std::vector<WantedChannel> subscribe;
  for (const std::string& room : operation.add_members().target_rooms()) {
    fresh_.Note(operation.namespace_(), room);
    if (!CheckRoom(operation.namespace_(), room).ok()) continue;
    for (const LinkId link : links) {
      interest_.AddProvisional(link, operation.namespace_(), room, until, &subscribe);
    }
  }
  if (!subscribe.empty()) Subscribe(std::move(subscribe), nullptr);
}

void FanOut::Deliver(v1::Operation operation, const std::vector<LinkId>& links) {
  if (links.empty()) return;
  const auto shared = std::make_shared<const v1::Operation>(std::move(operation));
  for (const LinkId link : links) {
    const auto sink = sinks_.find(link);
    if (sink == sinks_.end()) continue;
    deliveries_->Increment();
    sink->second->Deliver(shared);
  }
}

void FanOut::OnLost() {
  if (feeds_ != nullptr) feeds_->OnLost();
}

void FanOut::OnGap() {
  gaps_->Increment();
  if (feeds_ != nullptr) return feeds_->OnBack();
  for (const auto& [link, sink] : sinks_) sink->Gap();
}

void FanOut::Tick() {
  std::vector<std::string> unsubscribe;
  interest_.Expire(clock_(), &unsubscribe);
  Unsubscribe(std::move(unsubscribe));
  if (feeds_ != nullptr) feeds_->Tick();
}

void FanOut::Drop(const absl::Status& why) {
  undecodable_->Increment();
  if (!platform::LogEnabled(platform::Severity::kDebug)) return;
  platform::Log(platform::Severity::kDebug, "cluster message dropped",
                {{"reason", std::string(why.message())}});
}

}  // namespace sail::pubsub
