#ifndef SAIL_LOGIC_STORE_RECORD_STORE_H_
#define SAIL_LOGIC_STORE_RECORD_STORE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "platform/postgres/pool.h"
#include "services/logic/events/change_events.h"
#include "services/logic/model/record_values.h"
#include "services/logic/store/record_set.h"

namespace sail::logic {

// The statements that the record actions are made of. Each function is one round trip on a transaction that
// its caller opened. Keys are column texts. Errors are those of Postgres (platform/postgres/error.h); a
// uniqueness violation comes as UniquenessError (usage_error.h).

// Whether a record of this key can exist: an integer column holds no "1.5" and no 2^40, and Postgres would
// refuse the statement rather than find nothing.
bool KeyFits(const Model& model, std::string_view key);

absl::StatusOr<RecordSet> RunPlan(platform::postgres::Transaction& transaction,
                                  std::shared_ptr<const ReadPlan> plan, const SqlParameters& parameters);

// The record of the key with the query's associations, by FOR UPDATE locked against changes by others. Empty
// if there is none.
absl::StatusOr<RecordSet> ReadLocked(platform::postgres::Transaction& transaction, const Query& query,
                                     const std::string& key);

absl::StatusOr<RecordSet> ReadByKey(platform::postgres::Transaction& transaction, const Query& query,
                                    const std::string& key);

// Inserts or updates the values' columns, and reads the record afterwards, populated as the query says.
// Children that are records of the same model are read as they were before.
absl::StatusOr<RecordSet> Insert(platform::postgres::Transaction& transaction, const Query& query,
                                 const RecordValues& values);
absl::StatusOr<RecordSet> Update(platform::postgres::Transaction& transaction, const Query& query,
                                 const std::string& key, const RecordValues& values);

absl::Status Delete(platform::postgres::Transaction& transaction, const Model& model, const std::string& key);

// Locks the parent against changes of its collections by others. False if it or the child (unless null) is
// not there.
absl::StatusOr<bool> LockParent(platform::postgres::Transaction& transaction, const Attribute& association,
                                const std::string& parent, const std::string* child);

// A child that became one of the parent's.
struct AttachedChild {
  std::string key;
  // Of a one-to-many: where it was before, perhaps the same parent.
  ColumnText previous_parent;
};

// Puts the children into the parent's collection; keys of no record are passed over. In the order of their
// keys. Of a one-to-many all of them are given, since all get a new updatedAt; otherwise those that were not
// in it.
absl::StatusOr<std::vector<AttachedChild>> Attach(platform::postgres::Transaction& transaction,
                                                  const Attribute& association, const std::string& parent,
                                                  const std::vector<std::string>& children, int64_t now_ms);

enum class DetachWhich { kThese, kAllBut };

// Takes children out of the parent's collection and gives the keys of those that were in it, sorted.
absl::StatusOr<std::vector<std::string>> Detach(platform::postgres::Transaction& transaction,
                                                const Attribute& association, const std::string& parent,
                                                DetachWhich which, const std::vector<std::string>& children,
                                                int64_t now_ms);

// Deletes the rows of a join table that name the record.
absl::Status DeleteJoinRows(platform::postgres::Transaction& transaction, const JoinTable& table, int side,
                            const std::string& key);

// Keeps the events for the outbox relay, to be published if the transaction commits. Nothing if there are
// none.
absl::Status KeepEvents(platform::postgres::Transaction& transaction, const ChangeEvents& events);

}  // namespace sail::logic

#endif  // SAIL_LOGIC_STORE_RECORD_STORE_H_
