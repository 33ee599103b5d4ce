#ifndef SAIL_LOGIC_API_SUBSCRIPTIONS_H_
#define SAIL_LOGIC_API_SUBSCRIPTIONS_H_

#include <string>
#include <vector>

#include "services/logic/actions/record_actions.h"

namespace sail::logic {

// Which rooms a socket that runs a blueprint action joins, as Sails with autoWatch has it. Without
// duplicates.

// find: the records, the model's class room, and if there is a record what findone adds.
std::vector<std::string> RoomsAfterFind(const Query& query, const RecordSet& records);

// findone and populate: the record, the class rooms of every associated model, the populated records.
std::vector<std::string> RoomsAfterFindOne(const Model& model, const ActionResult& result);

// create, update: the record.
std::vector<std::string> RoomsAfterWrite(const Model& model, const ActionResult& result);

// add, replace: the parent and the children that came.
std::vector<std::string> RoomsAfterAdding(const Attribute& association, const ActionResult& result,
                                          const std::vector<std::string>& children);

}  // namespace sail::logic

#endif  // SAIL_LOGIC_API_SUBSCRIPTIONS_H_
