#include "services/logic/events/rooms.h"

#include "services/logic/model/text.h"

namespace sail::logic {

std::string RecordRoom(const Model& model, std::string_view key) {
  return Concat("sails_model_", model.identity(), "_", key, ":", model.identity());
}

std::string ClassRoom(const Model& model) { return Concat("sails_model_create_", model.identity()); }

}  // namespace sail::logic
