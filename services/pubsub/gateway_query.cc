#include "services/pubsub/gateway_query.h"

#include <random>
#include <utility>

namespace sail::pubsub {

GatewayQueries::GatewayQueries(Find find, std::function<absl::Time()> clock,
                               platform::metrics::Registry& registry)
    : find_(std::move(find)),
      clock_(std::move(clock)),
      asked_(registry.AddCounter("sail_pubsub_gateway_queries_total", "Queries to gateways.")),
      unanswered_(registry.AddCounter("sail_pubsub_gateway_queries_unanswered_total",
                                      "Queries that a gateway did not answer in full in time.")),
      // A gateway that comes from another replica may have an answer left for that one.
      last_id_(uint64_t{std::random_device()()} << 20) {}

void GatewayQueries::Ask(v1::Query query, absl::Duration patience, Handlers handlers) {
  const auto links = find_(query.namespace_(), query.rooms());
  if (links.empty() || pending_.size() >= kMaxPending) {
    if (!links.empty()) unanswered_->Increment(links.size());
    handlers.on_count(0);
    handlers.on_end(static_cast<int64_t>(links.size()), 0);
    return;
  }
  const uint64_t id = ++last_id_;
  query.set_id(id);
  auto pending = std::make_shared<Pending>();
  pending->handlers = std::move(handlers);
  pending->until = clock_() + patience;
  pending->asked = static_cast<int64_t>(links.size());
  for (const auto& [link, sink] : links) {
    pending->open.insert(link);
    pending->uncounted.insert(link);
  }
  pending_.emplace(id, std::move(pending));
  asked_->Increment(links.size());
  const auto shared = std::make_shared<const v1::Query>(std::move(query));
  for (const auto& [link, sink] : links) sink->Ask(shared);
}

void GatewayQueries::OnAnswer(LinkId link, v1::Answer answer) {
  const uint64_t id = answer.id();
  const auto found = pending_.find(id);
  if (found == pending_.end() || !found->second->open.contains(link)) return;
  const std::shared_ptr<Pending> pending = found->second;
  if (answer.has_count() && pending->uncounted.erase(link) > 0) {
    pending->count += answer.count();
    if (pending->uncounted.empty()) SayCount(*pending);
  }
  const bool last = answer.last();
  answer.clear_id();
  answer.clear_last();
  answer.clear_count();
  if (answer.ByteSizeLong() > 0) pending->handlers.on_part(std::move(answer));
  if (last) Leave(id, link, true);
}

void GatewayQueries::OnDetach(LinkId link) {
  std::vector<uint64_t> ids;
  for (const auto& [id, pending] : pending_) {
    if (pending->open.contains(link)) ids.push_back(id);
  }
  for (const uint64_t id : ids) Leave(id, link, false);
}

void GatewayQueries::Tick() {
  const absl::Time now = clock_();
  std::vector<uint64_t> late;
  for (const auto& [id, pending] : pending_) {
    if (pending->until <= now) late.push_back(id);
  }
  for (const uint64_t id : late) End(id);
}

void GatewayQueries::SayCount(Pending& pending) {
  if (!std::exchange(pending.count_said, true)) pending.handlers.on_count(pending.count);
}

void GatewayQueries::Leave(uint64_t id, LinkId link, bool answered) {
  const auto found = pending_.find(id);
  if (found == pending_.end()) return;
  const std::shared_ptr<Pending> pending = found->second;
  pending->open.erase(link);
  if (answered) ++pending->answered;
  if (pending->uncounted.erase(link) > 0 && pending->uncounted.empty()) SayCount(*pending);
  if (pending->open.empty()) End(id);
}

void GatewayQueries::End(uint64_t id) {
  const auto node = pending_.extract(id);
  if (node.empty()) return;
  Pending& pending = *node.mapped();
  if (pending.answered < pending.asked) {
    unanswered_->Increment(static_cast<uint64_t>(pending.asked - pending.answered));
  }
  SayCount(pending);
  pending.handlers.on_end(pending.asked, pending.answered);
}

}  // namespace sail::pubsub
