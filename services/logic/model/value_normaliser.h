// One value of one attribute, for record_values.cc.
#ifndef SAIL_LOGIC_MODEL_VALUE_NORMALISER_H_
#define SAIL_LOGIC_MODEL_VALUE_NORMALISER_H_

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "services/logic/model/data_encryption.h"
#include "services/logic/model/schema.h"

namespace sail::logic {

// Why a value was refused. New records speak of a wrong type in other words than updates.
enum class RefusalKind { kWrongType, kOther, kUnusable };
struct Refusal {
  RefusalKind kind = RefusalKind::kOther;
  std::string text;
};

// A value as it will be stored: a column's text, or the ids of a collection.
struct NormalValue {
  // As it is stored: coerced, and encrypted where the attribute asks for it.
  boost::json::value value;
  ColumnText text;
  std::vector<std::string> ids;
};

// Checks and coerces a value, then encrypts it if the attribute asks for that. Used for one value.
class ValueNormaliser {
 public:
  // `encryption` may be null: a value that is to be encrypted is then refused as unusable.
  ValueNormaliser(const Attribute& attribute, const DataEncryption* encryption)
      : attribute_(attribute), encryption_(encryption) {}

  // False: refusal() tells why.
  bool Run(const boost::json::value& value);

  const Refusal& refusal() const { return refusal_; }
  NormalValue TakeResult() { return std::move(result_); }

 private:
  bool Refuse(std::string text, RefusalKind kind = RefusalKind::kOther);
  bool PrimaryKey(const boost::json::value& value);
  bool Collection(const boost::json::value& value);
  bool ForeignKey(const boost::json::value& value);
  bool Plain(const boost::json::value& value);
  // Why "" is no automatic timestamp, if the attribute is one and the value is "".
  std::string_view EmptyTimestamp(const boost::json::value& value) const;
  bool FollowsRules();
  bool Text();
  bool Encrypt();

  const Attribute& attribute_;
  const DataEncryption* encryption_;
  NormalValue result_;
  Refusal refusal_;
};

}  // namespace sail::logic

#endif  // SAIL_LOGIC_MODEL_VALUE_NORMALISER_H_
