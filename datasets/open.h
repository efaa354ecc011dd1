// Opens the data set that the option --data names.
#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "datasets/dataset.h"

namespace mininas {

// Loads the images of a parsed text. `seed` draws the test images of a folder that is not divided into train/ and test/.
using DatasetSource = std::function<Dataset(uint64_t seed)>;

// synthetic[:classes=2,size=32,channels=3,train=1000,test=400,seed=0] | cifar10:DIR[:class,class,...] | idx:DIR |
// tiny-imagenet:DIR:ID[=NAME],... | folder:DIR[:WxH]
// Throws ConfigError where the text does not have this form.
DatasetSource parse_dataset(const std::string& text);

// Parses and loads. Throws FormatError or IoError where a file is not as expected, ConfigError also where the images do
// not make a data set (an unknown class, a test class without training images).
Dataset open_dataset(const std::string& text, uint64_t seed);

// The lines that `--help` prints about --data.
std::string dataset_help();

}  // namespace mininas
