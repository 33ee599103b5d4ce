// The writing actions on a collection; declared with the others.
#include <algorithm>
#include <utility>

#include "services/logic/actions/write_actions.h"
#include "services/logic/model/usage_error.h"
#include "services/logic/store/record_store.h"

namespace sail::logic {
namespace {

// Both sides learn that the child is in, or out of, the parent's collection.
void TellAdded(const Attribute& association, const std::string& parent, const std::string& child,
               ChangeEvents& events) {
  events.AddedTo(association, parent, child);
  const Attribute* via = association.association.via;
  if (via == nullptr) return;
  if (via->is_to_one()) {
    events.Moved(*via, child, parent);
  } else {
    events.AddedTo(*via, child, parent);
  }
}

void TellRemoved(const Attribute& association, const std::string& parent, const std::string& child,
                 ChangeEvents& events) {
  events.RemovedFrom(association, parent, child);
  const Attribute* via = association.association.via;
  if (via == nullptr) return;
  if (via->is_to_one()) {
    events.Moved(*via, child, std::nullopt);
  } else {
    events.RemovedFrom(*via, child, parent);
  }
}

}  // namespace

absl::StatusOr<RecordSet> AddChild(const WriteContext& context, const Query& query,
                                   const Attribute& association, const std::string& parent,
                                   const std::string& child) {
  const absl::StatusOr<bool> both = LockParent(context.transaction, association, parent, &child);
  if (!both.ok()) return both.status();
  if (!*both) return RecordNotFound();
  const auto attached = Attach(context.transaction, association, parent, {child}, context.now_ms);
  if (!attached.ok()) return attached.status();
  TellAdded(association, parent, child, context.events);
  for (const AttachedChild& moved : *attached) {
    // Also where it was in this collection already: so Sails does.
    if (moved.previous_parent) context.events.RemovedFrom(association, *moved.previous_parent, child);
  }
  return ReadByKey(context.transaction, query, parent);
}

absl::StatusOr<RecordSet> RemoveChild(const WriteContext& context, const Query& query,
                                      const Attribute& association, const std::string& parent,
                                      const std::string& child) {
  const absl::StatusOr<bool> both = LockParent(context.transaction, association, parent, &child);
  if (!both.ok()) return both.status();
  if (!*both) return RecordNotFound();
  const auto gone =
      Detach(context.transaction, association, parent, DetachWhich::kThese, {child}, context.now_ms);
  if (!gone.ok()) return gone.status();
  for (const std::string& key : *gone) TellRemoved(association, parent, key, context.events);
  return ReadByKey(context.transaction, query, parent);
}

absl::StatusOr<RecordSet> ReplaceChildren(const WriteContext& context, const Query& query,
                                          const Attribute& association, const std::string& parent,
                                          const std::vector<std::string>& children,
                                          std::vector<std::string>* added) {
  added->clear();
  const absl::StatusOr<bool> there = LockParent(context.transaction, association, parent, nullptr);
  if (!there.ok()) return there.status();
  if (!*there) return RecordNotFound();
  const auto gone =
      Detach(context.transaction, association, parent, DetachWhich::kAllBut, children, context.now_ms);
  if (!gone.ok()) return gone.status();
  auto attached = Attach(context.transaction, association, parent, children, context.now_ms);
  if (!attached.ok()) return attached.status();
  std::erase_if(*attached, [&](const AttachedChild& child) { return child.previous_parent == parent; });
  // Told in the order in which the client gave them.
  std::sort(attached->begin(), attached->end(), [&](const AttachedChild& a, const AttachedChild& b) {
    return std::find(children.begin(), children.end(), a.key) <
           std::find(children.begin(), children.end(), b.key);
  });
  for (const AttachedChild& child : *attached) {
    TellAdded(association, parent, child.key, context.events);
    added->push_back(child.key);
  }
  for (const AttachedChild& child : *attached) {
    if (child.previous_parent) context.events.RemovedFrom(association, *child.previous_parent, child.key);
  }
  for (const std::string& key : *gone) TellRemoved(association, parent, key, context.events);
  return ReadByKey(context.transaction, query, parent);
}

}  // namespace sail::logic
