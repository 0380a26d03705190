@_exported public import XAICSVList
public import XAICore
@_exported public import XAIImageFolder
@_exported public import XAIShapes
@_exported public import XAITinyImageNet

/// Every data set that ships with the package: importing this module imports them all.
///
/// The data sets registered last are asked first, so the general ones come first.
public let builtInDatasets: [any Plugin.Type] = [
  Shapes.self,
  ImageFolder.self,
  CSVList.self,
  TinyImageNet.self,
]
