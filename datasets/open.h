// Opens the data set that the option --data names.
#pragma once
#include <string>

#include "datasets/dataset.h"

namespace mininas {

// synthetic[:classes=2,size=32,channels=3,train=1000,test=400,seed=0] | cifar10:DIR[:class,class,...] | idx:DIR |
// tiny-imagenet:DIR:ID[=NAME],... | folder:DIR[:WxH]
// Throws UsageError where the text does not have this form, FormatError or IoError where a file is not as expected,
// ConfigError where the images do not make a data set (an unknown class, a test class without training images). `seed`
// draws the test images of a folder that is not divided into train/ and test/.
Dataset open_dataset(const std::string& spec, uint64_t seed);

// The lines that `--help` prints about --data.
std::string dataset_help();

}  // namespace mininas
