#ifndef SAIL_LOGIC_EVENTS_ROOMS_H_
#define SAIL_LOGIC_EVENTS_ROOMS_H_

#include <string>
#include <string_view>

#include "services/logic/model/schema.h"

namespace sail::logic {

// Where events about one record go: "sails_model_user_7:user".
std::string RecordRoom(const Model& model, std::string_view key);

// Where events about new records of a model go: "sails_model_create_user".
std::string ClassRoom(const Model& model);

}  // namespace sail::logic

#endif  // SAIL_LOGIC_EVENTS_ROOMS_H_
