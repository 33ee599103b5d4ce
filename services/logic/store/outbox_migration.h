#ifndef SAIL_LOGIC_STORE_OUTBOX_MIGRATION_H_
#define SAIL_LOGIC_STORE_OUTBOX_MIGRATION_H_

namespace sail::logic {

// migrations/0001_outbox.sql, built into the binary.
extern const char kOutboxMigration[];

}  // namespace sail::logic

#endif  // SAIL_LOGIC_STORE_OUTBOX_MIGRATION_H_
