using Nagumo.Bench;

switch (args)
{
    case ["gemm"]:
        return GemmBench.Run();
    case ["sparse"]:
        return SparseBench.Run();
    case ["response"]:
        return ResponseBench.Run();
    case ["sheet", .. var rest]:
        return SheetBench.Run(rest);
    case ["train", .. var rest]:
        return TrainBench.Run(rest);
    default:
        Console.Error.WriteLine(
            "usage: dotnet run -c Release --project bench/Nagumo.Bench -- gemm | sparse | response | sheet [python] | train [rounds] [python]"
        );
        return 2;
}
