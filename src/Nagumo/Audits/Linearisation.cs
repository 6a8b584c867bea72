using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using Nagumo.Compute;
using Nagumo.Networks;
using Nagumo.Relaxation;

namespace Nagumo.Audits;

/// <summary>The flow linearised at a rest state of one lane: S·T·x' = −H x with the symmetric Hessian H, T the time constants.</summary>
/// <remarks>Only Hessian–vector products are used; a matrix is formed for small systems alone. [DESIGN §1]</remarks>
internal sealed class Linearisation : IDisposable
{
    /// <summary>Systems up to this size are solved as a dense matrix.</summary>
    private const int Dense = 160;

    private readonly HessianOperator<double> _hessian;
    private readonly int[] _activators,
        _inhibitors;
    private readonly double[] _time,
        _full,
        _product;
    private readonly Rng _rng;

    /// <param name="subject">The network.</param>
    /// <param name="rest">A rest state of one lane that stores all fields.</param>
    public Linearisation(AuditSubject subject, State<double> rest)
    {
        _hessian = new(subject.Machine, rest, subject.Workspace);
        _rng = new Rng(subject.Experiment.Seed).Split("stability");
        _time = new FieldVector<double>(subject.Machine, rest).SkewTimes(subject.Machine);
        _activators = [.. Enumerable.Range(0, _time.Length).Where(i => _time[i] < 0)];
        _inhibitors = [.. Enumerable.Range(0, _time.Length).Where(i => _time[i] > 0)];
        (_full, _product) = (new double[Size], new double[Size]);
    }

    /// <summary>Number of fields.</summary>
    public int Size => _hessian.Size;

    /// <summary>Whether the network has inhibitors at all.</summary>
    public bool HasInhibitors => _inhibitors.Length > 0;

    /// <summary>Smallest eigenvalue of the reduced Hessian H_uu − H_uv H_vv⁻¹ H_vu: positive where every rest is a minimum of the reduced energy.</summary>
    public double ReducedEigenvalue()
    {
        var block = new InhibitorBlock(this);
        double[] right = new double[_inhibitors.Length],
            v = new double[_inhibitors.Length];
        return Lanczos
            .Extreme(
                (x, y) =>
                {
                    Multiply(x, _activators);
                    Pick(_inhibitors, right);
                    Pick(_activators, y);
                    if (!HasInhibitors)
                        return;
                    block.Solve(right, v);
                    Multiply(v, _inhibitors);
                    for (int i = 0; i < y.Length; i++)
                        y[i] -= _product[_activators[i]];
                },
                _activators.Length,
                1,
                SpectrumEnd.Leftmost,
                _rng.Split("reduced"),
                tolerance: 1e-7,
                basis: Math.Min(_activators.Length, 60)
            )
            .Value.Real;
    }

    /// <summary>λ_max(T_u^−½ (−H_uu) T_u^−½): how fast the activators alone would run away.</summary>
    public double ActivatorRate() => -Block(_activators, SpectrumEnd.Leftmost, +1);

    /// <summary>λ_min(T_v^−½ (−H_vv) T_v^−½): how fast the slowest inhibitor follows; the smallest γ_i/τ_v,i where inhibitors are not coupled.</summary>
    public double InhibitorRate() => Block(_inhibitors, SpectrumEnd.Leftmost, -1);

    /// <summary>The rightmost eigenvalue of the (u, v) Jacobian with all inhibitor time constants times <paramref name="tauRatio"/>.</summary>
    public (Complex Value, bool Converged) Rightmost(double tauRatio)
    {
        if (Size <= Dense)
        {
            var values = DenseJacobian(tauRatio).Evd().EigenValues;
            return (values.OrderByDescending(z => z.Real).ThenByDescending(z => z.Imaginary).First(), true);
        }
        var report = Arnoldi.Rightmost(
            (x, y) => Jacobian(x, y, tauRatio, 1),
            Size,
            _rng.Split("rightmost"),
            count: 2,
            tolerance: 1e-5,
            maxProducts: 6000,
            basis: Math.Min(Size, 80)
        );
        return (report.Value, report.Converged);
    }

    /// <summary>The largest decay rate, which limits explicit steps, with all inhibitor time constants times <paramref name="tauRatio"/>.</summary>
    public double Stiffness(double tauRatio)
    {
        if (Size <= Dense)
            return DenseJacobian(tauRatio).Evd().EigenValues.Max(z => z.Magnitude);
        return Arnoldi.Rightmost((x, y) => Jacobian(x, y, tauRatio, -1), Size, _rng.Split("stiffness"), tolerance: 1e-2).Value.Magnitude;
    }

    public void Dispose() => _hessian.Dispose();

    /// <summary>y = ± T⁻¹ S (−H) x.</summary>
    private void Jacobian(ReadOnlySpan<double> x, Span<double> y, double tauRatio, int sign)
    {
        _hessian.Apply(x, y);
        foreach (int i in _activators)
            y[i] *= sign / _time[i];
        foreach (int i in _inhibitors)
            y[i] *= sign / (_time[i] * tauRatio);
    }

    private Matrix<double>? _dense;

    private Matrix<double> DenseJacobian(double tauRatio)
    {
        if (_dense is null)
        {
            _dense = Matrix<double>.Build.Dense(Size, Size);
            double[] unit = new double[Size],
                column = new double[Size];
            for (int j = 0; j < Size; j++)
            {
                unit[j] = 1;
                Jacobian(unit, column, 1, 1);
                _dense.SetColumn(j, column);
                unit[j] = 0;
            }
        }
        var scaled = _dense.Clone();
        foreach (int i in _inhibitors)
            scaled.SetRow(i, scaled.Row(i) / tauRatio);
        return scaled;
    }

    private double Block(int[] rows, SpectrumEnd end, int sign)
    {
        var scaled = new double[rows.Length];
        return Lanczos
            .Extreme(
                (x, y) =>
                {
                    for (int i = 0; i < rows.Length; i++)
                        scaled[i] = x[i] / Math.Sqrt(Math.Abs(_time[rows[i]]));
                    Multiply(scaled, rows);
                    for (int i = 0; i < rows.Length; i++)
                        y[i] = sign * _product[rows[i]] / Math.Sqrt(Math.Abs(_time[rows[i]]));
                },
                rows.Length,
                1,
                end,
                _rng.Split("block"),
                tolerance: 1e-7,
                basis: Math.Min(rows.Length, 60)
            )
            .Value.Real;
    }

    /// <summary>product = H x, x given at some rows and zero elsewhere.</summary>
    private void Multiply(ReadOnlySpan<double> x, int[] rows)
    {
        Array.Clear(_full);
        for (int i = 0; i < rows.Length; i++)
            _full[rows[i]] = x[i];
        _hessian.Apply(_full, _product);
    }

    private void Pick(int[] rows, Span<double> y)
    {
        for (int i = 0; i < rows.Length; i++)
            y[i] = _product[rows[i]];
    }

    /// <summary>H_vv: by its diagonal where inhibitors are not coupled to each other, else by MINRES.</summary>
    private sealed class InhibitorBlock : ILaneOperator<double>
    {
        private readonly Linearisation _owner;
        private readonly double[] _diagonal;
        private readonly Minres<double>? _solver;

        public InhibitorBlock(Linearisation owner)
        {
            _owner = owner;
            int n = owner._inhibitors.Length;
            double[] x = new double[n],
                y = new double[n];
            _diagonal = new double[n];
            if (n == 0)
                return;
            Array.Fill(x, 1);
            Apply(x, _diagonal);
            owner._rng.Split("diagonal").FillNormal(x);
            Apply(x, y);
            for (int i = 0; i < n; i++)
                if (Math.Abs(y[i] - _diagonal[i] * x[i]) > 1e-12 * Math.Abs(y[i]))
                    _solver ??= new(n, 1);
        }

        public int Size => _owner._inhibitors.Length;
        public int Lanes => 1;

        public void Apply(ReadOnlySpan<double> x, Span<double> y)
        {
            _owner.Multiply(x, _owner._inhibitors);
            _owner.Pick(_owner._inhibitors, y);
        }

        public void Solve(double[] right, double[] v)
        {
            if (_solver is not null)
            {
                Array.Clear(v);
                _solver.Solve(this, right, v, 1e-12, 20 * Size);
                return;
            }
            for (int i = 0; i < v.Length; i++)
                v[i] = right[i] / _diagonal[i];
        }
    }
}
