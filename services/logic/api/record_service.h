#ifndef SAIL_LOGIC_API_RECORD_SERVICE_H_
#define SAIL_LOGIC_API_RECORD_SERVICE_H_

#include <memory>

#include "services/logic/actions/record_actions.h"
#include "services/logic/api/app_settings.h"
#include "services/logic/model/data_encryption.h"

namespace grpc {
class Service;
}

namespace sail::logic {

// RecordService (protos/sail/logic/v1): the record actions for programs. All arguments outlive the service;
// encryption may be null.
std::shared_ptr<grpc::Service> MakeRecordService(RecordActions& records, const AppSettings& settings,
                                                 const DataEncryption* encryption);

}  // namespace sail::logic

#endif  // SAIL_LOGIC_API_RECORD_SERVICE_H_
