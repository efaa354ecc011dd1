// From the text of --data to images in memory.
#pragma once
#include <string>

#include "datasets/dataset.h"

namespace mininas {

// synthetic[:classes=2,size=32,channels=3,train=1000,test=400,seed=0] | cifar10:DIR[:class,class,...] | idx:DIR |
// tiny-imagenet:DIR:ID[=NAME],... | folder:DIR[:WxH]
// Throws UsageError where the text is not of this form, FormatError or IoError where a file is not as expected,
// ConfigError where the images cannot serve (an unknown class, a test class that training lacks). `seed` draws the
// split of a folder without train/ and test/.
Dataset open_dataset(const std::string& spec, uint64_t seed);

// The lines that `--help` prints about --data.
std::string dataset_help();

}  // namespace mininas
