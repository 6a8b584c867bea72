namespace Nagumo.Data;

/// <summary>A named data set: training and test images of one size with the same classes. Immutable.</summary>
public sealed class DataSet
{
    public DataSet(string name, ImageSet train, ImageSet test)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if ((train.Rows, train.Cols, train.Classes) != (test.Rows, test.Cols, test.Classes))
        {
            throw new ArgumentException(
                $"{name}: training images are {train.Rows} × {train.Cols} in {train.Classes} classes, "
                    + $"test images {test.Rows} × {test.Cols} in {test.Classes}; both splits need the same.",
                nameof(test)
            );
        }
        (Name, Train, Test) = (name, train, test);
    }

    public string Name { get; }
    public ImageSet Train { get; }
    public ImageSet Test { get; }
    public int Rows => Train.Rows;
    public int Cols => Train.Cols;
    public int Classes => Train.Classes;
}
