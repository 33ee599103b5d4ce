#ifndef SAIL_LOGIC_ACTIONS_WRITE_ACTIONS_H_
#define SAIL_LOGIC_ACTIONS_WRITE_ACTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "platform/postgres/pool.h"
#include "services/logic/events/change_events.h"
#include "services/logic/model/criteria.h"
#include "services/logic/model/record_values.h"
#include "services/logic/store/record_set.h"

namespace sail::logic {

// The bodies of the writing actions: what each does in its one transaction, and which events follow from it,
// in Sails' order. An event tells of something that changed, with one exception that Sails' clients know:
// adding a child that is there already says so again.
//
// `query` says how the record that is answered is populated. RecordNotFound (usage_error.h) where the record,
// or in the association actions the parent or the child, is missing; other errors as in record_store.h. After
// an error the transaction must be rolled back.
struct WriteContext {
  platform::postgres::Transaction& transaction;
  const Schema& schema;
  int64_t now_ms;
  ChangeEvents& events;
};

// Gives the new record.
absl::StatusOr<RecordSet> CreateRecord(const WriteContext& context, const Query& query,
                                       const RecordValues& values);

// Gives the record as it is now. values may be an error: it is returned if the record exists.
absl::StatusOr<RecordSet> UpdateRecord(const WriteContext& context, const Query& query,
                                       const std::string& key, const absl::StatusOr<RecordValues>& values);

// Gives the record as it was.
absl::StatusOr<RecordSet> DestroyRecord(const WriteContext& context, const Query& query,
                                        const std::string& key);

// Of the collection `association`. They give the parent.
absl::StatusOr<RecordSet> AddChild(const WriteContext& context, const Query& query,
                                   const Attribute& association, const std::string& parent,
                                   const std::string& child);
absl::StatusOr<RecordSet> RemoveChild(const WriteContext& context, const Query& query,
                                      const Attribute& association, const std::string& parent,
                                      const std::string& child);
// *added gets the children that were not in it.
absl::StatusOr<RecordSet> ReplaceChildren(const WriteContext& context, const Query& query,
                                          const Attribute& association, const std::string& parent,
                                          const std::vector<std::string>& children,
                                          std::vector<std::string>* added);

}  // namespace sail::logic

#endif  // SAIL_LOGIC_ACTIONS_WRITE_ACTIONS_H_
