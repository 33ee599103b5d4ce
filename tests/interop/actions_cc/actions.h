// The actions of the recorded cases, by name.
#ifndef SAIL_TESTS_INTEROP_ACTIONS_CC_ACTIONS_H_
#define SAIL_TESTS_INTEROP_ACTIONS_CC_ACTIONS_H_

#include <map>
#include <string>

#include "tests/interop/actions_cc/context.h"

namespace sail::interop {

// Fills the context's answer. Called on a thread of its own request; may block.
using Action = void (*)(Context&);
using Actions = std::map<std::string, Action>;

void AddSessActions(Actions* actions);  // sess/*, guarded/hello, blocked/hello, policies/*
void AddRoomActions(Actions* actions);  // room/*

}  // namespace sail::interop

#endif  // SAIL_TESTS_INTEROP_ACTIONS_CC_ACTIONS_H_
