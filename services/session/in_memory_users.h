// Everything about users' sessions in memory, for tests of what is built on it.
#ifndef SAIL_SESSION_IN_MEMORY_USERS_H_
#define SAIL_SESSION_IN_MEMORY_USERS_H_

#include <functional>

#include "absl/time/time.h"
#include "services/session/in_memory_revocation_bus.h"
#include "services/session/in_memory_user_index.h"
#include "services/session/user_sessions.h"

namespace sail::session {

struct InMemoryUsers {
  InMemoryUsers(SessionStore& store, std::function<absl::Time()> clock, size_t max_sessions = 1000)
      : index(clock, max_sessions), sessions(store, index, bus, {.clock = clock}) {}

  InMemoryUserIndex index;
  InMemoryRevocationBus bus;
  UserSessions sessions;
};

}  // namespace sail::session

#endif  // SAIL_SESSION_IN_MEMORY_USERS_H_
