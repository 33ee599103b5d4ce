#include "services/logic/actions/write_actions.h"

#include <algorithm>
#include <utility>

#include "platform/json/json_scan.h"
#include "platform/json/json_text.h"
#include "services/logic/model/text.h"
#include "services/logic/model/usage_error.h"
#include "services/logic/store/record_store.h"

namespace sail::logic {
namespace {

std::string RecordJson(const RecordSet& records) {
  std::string json;
  records.AppendRecord(0, &json);
  return json;
}

// A statement that writes cannot see its own record among the children.
bool MayPopulateItself(const Query& query) {
  return std::any_of(query.populates.begin(), query.populates.end(), [&](const Populate& populate) {
    return populate.association->association.target == query.model;
  });
}

// The other sides of a new record: its children got a parent, its parents a child.
void TellAssociatesOfNew(const RecordSet& created, ChangeEvents& events) {
  const std::string_view key = created.Key(0);
  for (const bool collections : {true, false}) {  // a record's key order
    for (size_t i = 0; i < created.associations(); ++i) {
      const Attribute& association = created.association(i);
      const Attribute* via = association.association.via;
      if (association.is_collection() != collections || via == nullptr) continue;
      for (const std::string_view other : created.ChildKeys(0, i)) {
        if (via->is_to_one()) {
          events.Moved(*via, other, std::string(key));
        } else {
          events.AddedTo(*via, other, key);
        }
      }
    }
  }
}

void TellMovedToOnes(const RecordSet& previous, const RecordValues& values, ChangeEvents& events) {
  const std::string_view key = previous.Key(0);
  for (const ColumnValue& value : values.columns) {
    if (!value.attribute->is_to_one() || value.attribute->association.via == nullptr) continue;
    const Attribute& via = *value.attribute->association.via;
    ColumnText before;
    for (size_t i = 0; i < previous.associations(); ++i) {
      if (&previous.association(i) != value.attribute) continue;
      for (const std::string_view parent : previous.ChildKeys(0, i)) before = std::string(parent);
    }
    if (before == value.text) continue;
    if (before) events.RemovedFrom(via, *before, key);
    if (value.text) events.AddedTo(via, *value.text, key);
  }
}

// `"updatedAt":T` unless the client gave one, which is among the published members then.
std::string AutomaticUpdatedAt(const RecordValues& values) {
  for (const ColumnValue& value : values.columns) {
    if (!value.attribute->auto_updated_at || !value.text) continue;
    const auto members = platform::json::SplitJsonObject(Concat("{", values.published_members, "}"));
    if (!members.ok()) return "";
    for (const auto& member : *members) {
      if (member.key == value.attribute->name) return "";
    }
    return Concat(platform::json::JsonString(value.attribute->name), ":", *value.text);
  }
  return "";
}

struct Robbed {
  const Attribute* association;
  AttachedChild child;
};

// Gives the collections of a record their new children, and lets go of the others if it had any before.
absl::Status SetCollections(const WriteContext& context, const std::string& key, const RecordValues& values,
                            bool is_new, std::vector<Robbed>* robbed) {
  for (const CollectionValue& value : values.collections) {
    const Attribute& association = *value.attribute;
    if (!is_new) {
      const auto gone =
          Detach(context.transaction, association, key, DetachWhich::kAllBut, value.ids, context.now_ms);
      if (!gone.ok()) return gone.status();
    }
    const auto attached = Attach(context.transaction, association, key, value.ids, context.now_ms);
    if (!attached.ok()) return attached.status();
    for (const AttachedChild& child : *attached) {
      if (child.previous_parent && *child.previous_parent != key) robbed->push_back({&association, child});
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RecordSet> CreateRecord(const WriteContext& context, const Query& query,
                                       const RecordValues& values) {
  absl::StatusOr<RecordSet> created;
  std::vector<Robbed> robbed;
  if (values.collections.empty() && !MayPopulateItself(query)) {
    created = Insert(context.transaction, query, values);
    if (!created.ok()) return created;
  } else {
    Query alone = query;
    alone.populates.clear();
    absl::StatusOr<RecordSet> inserted = Insert(context.transaction, alone, values);
    if (!inserted.ok()) return inserted;
    const std::string key(inserted->Key(0));
    absl::Status status = SetCollections(context, key, values, true, &robbed);
    if (!status.ok()) return status;
    created = ReadByKey(context.transaction, query, key);
    if (!created.ok()) return created;
  }
  TellAssociatesOfNew(*created, context.events);
  context.events.Created(*query.model, created->Key(0), RecordJson(*created));
  for (const Robbed& child : robbed) {
    context.events.RemovedFrom(*child.association, *child.child.previous_parent, child.child.key);
  }
  return created;
}

absl::StatusOr<RecordSet> UpdateRecord(const WriteContext& context, const Query& query,
                                       const std::string& key, const absl::StatusOr<RecordValues>& values) {
  const absl::StatusOr<RecordSet> previous = ReadLocked(context.transaction, query, key);
  if (!previous.ok()) return previous.status();
  if (previous->size() == 0) return RecordNotFound();
  if (!values.ok()) return values.status();
  absl::StatusOr<RecordSet> updated;
  if (values->collections.empty() && !MayPopulateItself(query)) {
    updated = Update(context.transaction, query, key, *values);
  } else {
    Query alone = query;
    alone.populates.clear();
    const absl::StatusOr<RecordSet> written = Update(context.transaction, alone, key, *values);
    if (!written.ok()) return written.status();
    std::vector<Robbed> unpublished;  // as in Sails, an update says nothing of its collections
    absl::Status status = SetCollections(context, key, *values, false, &unpublished);
    if (!status.ok()) return status;
    updated = ReadByKey(context.transaction, query, key);
  }
  if (!updated.ok()) return updated;
  TellMovedToOnes(*previous, *values, context.events);
  context.events.Updated(*query.model, key, values->published_members, AutomaticUpdatedAt(*values),
                         RecordJson(*previous));
  return updated;
}

absl::StatusOr<RecordSet> DestroyRecord(const WriteContext& context, const Query& query,
                                        const std::string& key) {
  const Model& model = *query.model;
  const absl::StatusOr<RecordSet> previous = ReadLocked(context.transaction, query, key);
  if (!previous.ok()) return previous;
  if (previous->size() == 0) return RecordNotFound();
  context.events.Destroyed(model, key, RecordJson(*previous));
  for (const Attribute* association : model.associations()) {
    const Attribute* via = association->association.via;
    if (association->is_to_one()) {
      for (size_t i = 0; via != nullptr && i < previous->associations(); ++i) {
        if (&previous->association(i) != association) continue;
        for (const std::string_view parent : previous->ChildKeys(0, i))
          context.events.RemovedFrom(*via, parent, key);
      }
      continue;
    }
    if (!model.cascade_on_destroy()) continue;
    const auto children =
        Detach(context.transaction, *association, key, DetachWhich::kAllBut, {}, context.now_ms);
    if (!children.ok()) return children.status();
    for (const std::string& child : *children) {
      if (via == nullptr) continue;
      if (via->is_to_one()) {
        context.events.Moved(*via, child, std::nullopt);
      } else {
        context.events.RemovedFrom(*via, child, key);
      }
    }
  }
  for (const auto& table : context.schema.join_tables()) {
    for (int side = 0; side < 2 && model.cascade_on_destroy(); ++side) {
      if (table->sides[side].model != &model || table->sides[side].attribute != nullptr) continue;
      absl::Status status = DeleteJoinRows(context.transaction, *table, side, key);
      if (!status.ok()) return status;
    }
  }
  absl::Status status = Delete(context.transaction, model, key);
  if (!status.ok()) return status;
  return previous;
}

}  // namespace sail::logic
