#include "services/logic/api/subscriptions.h"

#include <unordered_set>
#include <utility>

#include "services/logic/events/rooms.h"

namespace sail::logic {
namespace {

class RoomList {
 public:
  void Add(std::string room) {
    if (seen_.insert(room).second) rooms_.push_back(std::move(room));
  }

  void AddAssociates(const RecordSet& records, int record) {
    for (size_t i = 0; i < records.associations(); ++i) {
      for (const std::string_view key : records.ChildKeys(record, i)) {
        Add(RecordRoom(*records.association(i).association.target, key));
      }
    }
  }

  void AddAssociatedClasses(const Model& model) {
    for (const Attribute* association : model.associations())
      Add(ClassRoom(*association->association.target));
  }

  std::vector<std::string> Take() { return std::move(rooms_); }

 private:
  std::vector<std::string> rooms_;
  std::unordered_set<std::string> seen_;
};

}  // namespace

std::vector<std::string> RoomsAfterFind(const Query& query, const RecordSet& records) {
  RoomList rooms;
  for (int record = 0; record < records.size(); ++record)
    rooms.Add(RecordRoom(*query.model, records.Key(record)));
  rooms.Add(ClassRoom(*query.model));
  if (records.size() > 0) rooms.AddAssociatedClasses(*query.model);
  for (int record = 0; record < records.size(); ++record) rooms.AddAssociates(records, record);
  return rooms.Take();
}

std::vector<std::string> RoomsAfterFindOne(const Model& model, const ActionResult& result) {
  RoomList rooms;
  rooms.Add(RecordRoom(model, result.records.Key(result.record)));
  rooms.AddAssociatedClasses(model);
  rooms.AddAssociates(result.records, result.record);
  return rooms.Take();
}

std::vector<std::string> RoomsAfterWrite(const Model& model, const ActionResult& result) {
  return {RecordRoom(model, result.records.Key(result.record))};
}

std::vector<std::string> RoomsAfterAdding(const Attribute& association, const ActionResult& result,
                                          const std::vector<std::string>& children) {
  RoomList rooms;
  rooms.Add(RecordRoom(*association.model, result.records.Key(result.record)));
  for (const std::string& child : children) rooms.Add(RecordRoom(*association.association.target, child));
  return rooms.Take();
}

}  // namespace sail::logic
