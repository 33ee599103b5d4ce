#ifndef SAIL_LOGIC_RECORD_SERVICE_H_
#define SAIL_LOGIC_RECORD_SERVICE_H_

#include <memory>

#include "services/logic/app_settings.h"
#include "services/logic/data_encryption.h"
#include "services/logic/record_actions.h"

namespace grpc {
class Service;
}

namespace sail::logic {

// RecordService (protos/sail/logic/v1): the record actions for programs. All arguments outlive the service;
// encryption may be null.
std::shared_ptr<grpc::Service> MakeRecordService(RecordActions& records, const AppSettings& settings,
                                                 const DataEncryption* encryption);

}  // namespace sail::logic

#endif  // SAIL_LOGIC_RECORD_SERVICE_H_
