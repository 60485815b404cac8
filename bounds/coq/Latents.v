(* Latents of other laws: every bound holds with r/L for r.

   A law on R^m is known by its expectation E ([law]). It has the isoperimetric constant L if
   P[u > tau] <= Phi(Phi^{-1}(P[u > 0]) - tau/L) for every 1-Lipschitz u ([isoperimetric_law]). So
   has the law of x = T(z), z ~ N(0, I_d), for an L-Lipschitz T : R^d -> R^m, as u(T(z))/L is
   1-Lipschitz and positive where u(T(z)) is ([image_isoperimetric]): the uniform law on a box
   ([box_isoperimetric]), the truncated normal one ([truncated_isoperimetric]) and N(0, L^2 I), which
   attains it ([scaled_halfspace_mass]), are images by coordinates. Classes are sets K_0, ..., K_(n-1) of R^m, their masses p_i those of
   their interiors under the law, and r(x) is measured in R^m. Under a law with the constant L
     E r <= L Sum f(p_i);  E r <= L gamma(||p||^2) if max p <= P, or if ||p||^2 <= P^2;
     E r <= L g(||p||^2) if max p <= p*, or if ||p||^2 <= s-hat;
     E r <= L (b + k ||p||^2) for every line b + k x above g at the masses;
   and for classes with holes [law_holes_theorem] and [law_filling_theorem]. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
From ClassRadius Require Import Gamma Normal Tail Rewrite TalkThreshold TalkTheorem HalfspaceRadius.
From ClassRadius Require Import Profile GaussianExpectation GaussianSpace GaussianIsoperimetry.
From ClassRadius Require Import LayerCake Unconditional HolesUnconditional Sets Filling.
Open Scope R_scope.

(* ---- Images of N(0, I) ---- *)

Definition lipschitz_map (d m : nat) (L : R) (T : space d -> space m) : Prop :=
  forall z w, distance m (T z) (T w) <= L * distance d z w.

(* E h(x), x = T(z). *)
Definition image (d m : nat) (T : space d -> space m) (h : space m -> R) : R :=
  expect d (fun z => h (T z)).

Section Image.

Variables (d m : nat) (L : R) (T : space d -> space m).
Hypothesis L_pos : 0 < L.
Hypothesis map : lipschitz_map d m L T.

Lemma lipschitz_image (M : R) (h : space m -> R) : lipschitz m M h ->
  lipschitz d (Rabs M * L) (fun z => h (T z)).
Proof.
  intros H z w. apply Rle_trans with (1 := H _ _).
  apply Rle_trans with (Rabs M * distance m (T z) (T w)).
  - apply Rmult_le_compat_r; [apply distance_pos|apply Rle_abs].
  - rewrite Rmult_assoc. apply Rmult_le_compat_l; [apply Rabs_pos|apply map].
Qed.

Theorem image_law : law m (image d m T).
Proof.
  repeat split; unfold image.
  - intro c. apply expect_const.
  - intros f g A B F G. exact (expect_plus d _ _ _ _ (lipschitz_image A f F) (lipschitz_image B g G)).
  - intros c f A F. exact (expect_scal d c _ _ (lipschitz_image A f F)).
  - intros f g A B F G H.
    apply (expect_le d _ _ _ _ (lipschitz_image A f F) (lipschitz_image B g G)). intro z. apply H.
  - intros f A e HA F He. apply (expect_excess d (Rabs A * L) (fun z => f (T z))); [|now apply lipschitz_image|exact He].
    apply Rmult_le_pos; [apply Rabs_pos|lra].
Qed.

(* A mass is that of the positive multiples too. *)
Lemma mass_of_multiple (u v : space d -> R) (A B : R) : lipschitz d A u -> lipschitz d B v ->
  (forall z, v z = u z / L) -> mass_positive d u = mass_positive d v.
Proof.
  intros U V H. assert (I : 0 < / L) by now apply Rinv_0_lt_compat.
  assert (X : forall z, Rmax 0 (v z) = / L * Rmax 0 (u z)).
  { intro z. rewrite H. replace 0 with (/ L * 0) at 1 by ring. unfold Rdiv.
    rewrite (Rmult_comm (u z)). apply RmaxRmult. lra. }
  apply Rle_antisym.
  - apply (law_mass_mono d (expect d) (gaussian_law d) L A B); [lra|exact U|exact V|].
    intro z. rewrite X. right. field. lra.
  - apply (law_mass_mono d (expect d) (gaussian_law d) (/ L) B A); [lra|exact V|exact U|].
    intro z. rewrite X. lra.
Qed.

(* The law of T(z) has the constant L. *)
Theorem image_isoperimetric : isoperimetric_law m (image d m T) L.
Proof.
  intros u tau U Ht M. set (v := fun z => u (T z) / L).
  assert (F : forall t, lipschitz m 1 (fun x => u x - t)) by (intro t; now apply lipschitz_shift).
  assert (V : lipschitz d 1 v).
  { intros z w. unfold v. replace (u (T z) / L - u (T w) / L) with ((u (T z) - u (T w)) * / L)
      by (field; lra).
    assert (I : 0 < / L) by now apply Rinv_0_lt_compat.
    rewrite Rabs_mult, (Rabs_pos_eq (/ L)) by lra. apply Rmult_le_reg_r with L; [exact L_pos|].
    rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
    assert (A := U (T z) (T w)). assert (B := map z w). lra. }
  assert (E : forall t, law_mass m (image d m T) (fun x => u x - t)
    = mass_positive d (fun z => v z - t / L)).
  { intro t. apply (mass_of_multiple (fun z => u (T z) - t) _ (Rabs 1 * L) 1).
    - exact (lipschitz_image 1 _ (F t)).
    - now apply lipschitz_shift.
    - intro z. unfold v. field. lra. }
  assert (E0 : law_mass m (image d m T) u = mass_positive d v).
  { apply (mass_of_multiple (fun z => u (T z)) _ (Rabs 1 * L) 1 (lipschitz_image 1 _ U) V).
    intro z. reflexivity. }
  rewrite E, E0 in *. apply gaussian_isoperimetry; [exact V| |exact M].
  apply Rle_mult_inv_pos; assumption.
Qed.

End Image.

(* ---- Maps with their constants ---- *)

Fixpoint by_coordinates (d : nat) (f : nat -> R -> R) : space d -> space d :=
  match d with
  | O => fun z => z
  | S e => fun z => (f 0%nat (fst z), by_coordinates e (fun k => f (S k)) (snd z))
  end.

(* A map by coordinates has the largest slope as its constant. *)
Theorem by_coordinates_lipschitz (d : nat) (L : R) (f f1 : nat -> R -> R) :
  (forall k x, is_derive (f k) x (f1 k x)) -> (forall k x, Rabs (f1 k x) <= L) ->
  lipschitz_map d d L (by_coordinates d f).
Proof.
  intros D B. assert (P : 0 <= L) by (apply Rle_trans with (2 := B 0%nat 0); apply Rabs_pos).
  assert (F : forall k x y, (f k x - f k y) ^ 2 <= L ^ 2 * (x - y) ^ 2).
  { intros k x y. destruct (MVT_gen (f k) y x (f1 k)) as [c [_ E]].
    - intros; apply D.
    - intros u _. apply derivable_continuous_pt. exists (f1 k u). apply is_derive_Reals, D.
    - rewrite E. replace ((f1 k c * (x - y)) ^ 2) with (f1 k c ^ 2 * (x - y) ^ 2) by ring.
      apply Rmult_le_compat_r; [apply pow2_ge_0|]. rewrite <- (pow2_abs (f1 k c)).
      apply pow_incr. split; [apply Rabs_pos|apply B]. }
  assert (S : forall z w, square_distance d (by_coordinates d f z) (by_coordinates d f w)
    <= L ^ 2 * square_distance d z w).
  { clear D B. revert f F. induction d as [|d IH]; intros f F z w; cbn [by_coordinates square_distance fst snd].
    - lra.
    - specialize (IH (fun k => f (S k)) (fun k => F (S k)) (snd z) (snd w)).
      specialize (F 0%nat (fst z) (fst w)). lra. }
  intros z w. apply Rle_trans with (sqrt (L ^ 2) * distance d z w).
  - unfold distance. rewrite <- sqrt_mult_alt by apply pow2_ge_0. apply sqrt_le_1_alt, S.
  - rewrite sqrt_pow2 by exact P. lra.
Qed.

(* A linear map A from N(0, I_d) to N(0, A B), B its transpose: the constant is L if the quadratic
   form of the covariance A B is at most L^2 |v|^2, that is if its eigenvalues are at most L^2. *)
Fixpoint dot (d : nat) : space d -> space d -> R :=
  match d with
  | O => fun _ _ => 0
  | S e => fun z w => fst z * fst w + dot e (snd z) (snd w)
  end.

Fixpoint minus (d : nat) : space d -> space d -> space d :=
  match d with
  | O => fun z _ => z
  | S e => fun z w => (fst z - fst w, minus e (snd z) (snd w))
  end.

Lemma square_distance_dot (d : nat) (z w : space d) :
  square_distance d z w = dot d (minus d z w) (minus d z w).
Proof. induction d as [|d IH]; simpl; [reflexivity|]. rewrite IH. ring. Qed.

Lemma dot_pos (d : nat) (z : space d) : 0 <= dot d z z.
Proof.
  induction d as [|d IH]; simpl; [lra|]. specialize (IH (snd z)).
  assert (P := Rle_0_sqr (fst z)). unfold Rsqr in P. lra.
Qed.

(* (z.w)^2 <= (z.z)(w.w) *)
Lemma cauchy_schwarz (d : nat) (z w : space d) : dot d z w ^ 2 <= dot d z z * dot d w w.
Proof.
  induction d as [|d IH]; simpl; [lra|]. specialize (IH (snd z) (snd w)).
  assert (P := dot_pos d (snd z)). assert (Q := dot_pos d (snd w)).
  set (a := fst z). set (b := fst w). set (p := dot d (snd z) (snd z)) in *.
  set (q := dot d (snd w) (snd w)) in *. set (r := dot d (snd z) (snd w)) in *.
  (* 2 a b r <= a^2 q + b^2 p, as r^2 <= p q *)
  assert (H : 2 * (a * b * r) <= a ^ 2 * q + b ^ 2 * p).
  { apply Rle_trans with (Rabs (2 * (a * b * r))); [apply Rle_abs|].
    apply Rsqr_incr_0_var; [|assert (A := pow2_ge_0 a); assert (B := pow2_ge_0 b); nra].
    rewrite <- Rsqr_abs. unfold Rsqr.
    assert (A : 0 <= (a ^ 2 * q - b ^ 2 * p) ^ 2) by apply pow2_ge_0.
    assert (B : 0 <= (a * b) ^ 2 * (p * q - r ^ 2)) by (apply Rmult_le_pos; [apply pow2_ge_0|lra]).
    nra. }
  simpl in *. nra.
Qed.

Theorem linear_lipschitz (d m : nat) (L : R) (A : space d -> space m) (B : space m -> space d) :
  0 <= L ->
  (forall z w, minus m (A z) (A w) = A (minus d z w)) -> (forall z v, dot m (A z) v = dot d z (B v)) ->
  (forall v, dot m (A (B v)) v <= L ^ 2 * dot m v v) -> lipschitz_map d m L A.
Proof.
  intros P linear transpose form z w. apply Rle_trans with (sqrt (L ^ 2) * distance d z w).
  - unfold distance. rewrite <- sqrt_mult_alt by apply pow2_ge_0. apply sqrt_le_1_alt.
    rewrite !square_distance_dot, linear. set (x := minus d z w).
    (* |Ax|^4 = (x . B A x)^2 <= |x|^2 |B A x|^2 <= L^2 |x|^2 |A x|^2 *)
    assert (C := cauchy_schwarz d x (B (A x))). rewrite <- transpose in C.
    specialize (form (A x)). rewrite transpose in form.
    assert (Y := dot_pos m (A x)). assert (X := dot_pos d x).
    set (y := dot m (A x) (A x)) in *. set (b := dot d (B (A x)) (B (A x))) in *.
    destruct (Rle_lt_or_eq_dec _ _ Y) as [Z|<-]; [|apply Rmult_le_pos; [apply pow2_ge_0|exact X]].
    apply Rmult_le_reg_r with y; [exact Z|]. simpl in C. nra.
  - rewrite sqrt_pow2 by exact P. lra.
Qed.

(* ---- Maps by coordinates: boxes, truncated normal laws, N(0, L^2 I) ---- *)

Lemma coordinate_lipschitz (d k : nat) : lipschitz d 1 (coordinate d k).
Proof.
  revert k. induction d as [|d IH]; intros k z w; [simpl|destruct k; simpl].
  - rewrite Rminus_eq_0, Rabs_R0. assert (D := distance_pos 0 z w). lra.
  - rewrite Rmult_1_l. unfold distance. simpl. rewrite <- sqrt_Rsqr_abs. apply sqrt_le_1_alt.
    assert (P := square_distance_pos d (snd z) (snd w)). unfold Rsqr. lra.
  - apply Rle_trans with (1 := IH k (snd z) (snd w)). apply Rmult_le_compat_l; [lra|].
    apply sqrt_le_1_alt. simpl. assert (P := pow2_ge_0 (fst z - fst w)). simpl in P. lra.
Qed.

Lemma coordinate_of_image (d k : nat) (f : nat -> R -> R) (z : space d) : (k < d)%nat ->
  coordinate d k (by_coordinates d f z) = f k (coordinate d k z).
Proof.
  revert k f. induction d as [|d IH]; intros k f K; [lia|]. destruct k; simpl; [reflexivity|].
  apply (IH (snd z) k (fun k => f (S k))). lia.
Qed.

(* {u > 0} inside {v > 0}, seen up to height 1. *)
Lemma mass_le_of_capped (d : nat) (A B C : R) (u v : space d -> R) : 0 <= C -> lipschitz d A u ->
  lipschitz d B v -> (forall z, Rmin 1 (Rmax 0 (u z)) <= C * Rmax 0 (v z)) ->
  mass_positive d u <= mass_positive d v.
Proof.
  intros HC U V H. apply mass_positive_le. intro n. destruct (nfloor_ex C HC) as [m [_ Hm]].
  apply Rle_trans with (2 := mass_at_slope_le d v B (n * S m) V).
  apply (expect_le d _ _ _ _ (slope_lipschitz d u A n U) (slope_lipschitz d v B (n * S m) V)).
  intro z. specialize (H z). assert (P := Rmax_l 0 (u z)). assert (Q := Rmax_l 0 (v z)).
  set (a := Rmax 0 (u z)) in *. set (b := Rmax 0 (v z)) in *. apply Rmin_glb; [apply Rmin_l|].
  destruct n as [|n]; [simpl; rewrite !Rmult_0_l; apply Rmin_r|].
  rewrite mult_INR. assert (N : 1 <= INR (S n)) by (rewrite S_INR; assert (X := pos_INR n); lra).
  rewrite (S_INR m). assert (M := pos_INR m).
  apply Rle_trans with (INR (S n) * Rmin 1 a).
  - unfold Rmin. repeat destruct Rle_dec; nra.
  - rewrite Rmult_assoc. apply Rmult_le_compat_l; [lra|]. apply Rle_trans with (1 := H).
    apply Rmult_le_compat_r; lra.
Qed.

Lemma phi_le_1 (x : R) : phi x <= 1.
Proof.
  apply Rle_trans with (1 := phi_le_phi0 x). rewrite <- exp_0. unfold phi0.
  destruct (Req_dec x 0) as [->|N]; [right; f_equal; field|left; apply exp_increasing; nra].
Qed.

(* P[x_k > f(c)] = Q(c): f carries N(0, 1) to the law of each coordinate. *)
Theorem increasing_mass (d k : nat) (f f1 : R -> R) (m L c : R) : (k < d)%nat -> 0 < m ->
  (forall x, is_derive f x (f1 x)) -> (forall x, m * phi x <= f1 x <= L) ->
  law_mass d (image d d (by_coordinates d (fun _ => f))) (fun x => coordinate d k x - f c) = Q c.
Proof.
  intros K Hm D B. rewrite <- (halfspace_mass d k c K).
  assert (P : forall x, 0 < f1 x).
  { intro x. assert (X := phi_pos x). specialize (B x). nra. }
  assert (V : lipschitz d 1 (fun z => coordinate d k z - c)) by apply lipschitz_shift, coordinate_lipschitz.
  assert (U : lipschitz d (Rabs 1 * L)
    (fun z => coordinate d k (by_coordinates d (fun _ => f) z) - f c)).
  { apply (lipschitz_image d d L _ (by_coordinates_lipschitz d L (fun _ => f) (fun _ => f1) (fun _ => D)
      ltac:(intros ? x; rewrite Rabs_pos_eq; [apply B|left; apply P])) 1 (fun x => coordinate d k x - f c)).
    apply lipschitz_shift, coordinate_lipschitz. }
  assert (step : forall x y, x <= y -> exists e, x <= e <= y /\ f y - f x = f1 e * (y - x)).
  { intros x y H. destruct (mean_value f f1 x y H (fun t _ => D t)) as [e [E F]]. now exists e. }
  assert (HL : 0 <= L) by (assert (X := P 0); specialize (B 0); lra).
  set (e := m * phi (Rabs c + 1)).
  assert (He : 0 < e) by (apply Rmult_lt_0_compat; [exact Hm|apply phi_pos]).
  assert (low : forall x, c <= x <= c + 1 -> e <= f1 x).
  { intros x X. apply Rle_trans with (2 := proj1 (B x)). apply Rmult_le_compat_l; [lra|].
    apply phi_antitone. apply Rabs_le. assert (Y := Rle_abs c). assert (Z := Rle_abs (- c)).
    rewrite Rabs_Ropp in Z. lra. }
  apply Rle_antisym.
  - apply (mass_le_of_capped d _ _ L _ _ HL U V). intro z. rewrite coordinate_of_image by exact K.
    set (x := coordinate d k z). apply Rle_trans with (1 := Rmin_r _ _).
    destruct (Rle_dec x c) as [H|H].
    + destruct (step x c H) as [t [_ E]]. assert (X := P t). rewrite (Rmax_left 0 (f x - f c)) by nra.
      apply Rmult_le_pos; [exact HL|apply Rmax_l].
    + destruct (step c x ltac:(lra)) as [t [_ E]]. assert (X := P t). specialize (B t).
      rewrite !Rmax_right by nra. rewrite E. apply Rmult_le_compat_r; lra.
  - assert (I : 0 < / e) by now apply Rinv_0_lt_compat.
    apply (mass_le_of_capped d _ _ (/ e) _ _ ltac:(lra) V U). intro z.
    rewrite coordinate_of_image by exact K. set (x := coordinate d k z).
    apply Rmult_le_reg_l with e; [exact He|]. rewrite <- Rmult_assoc, Rinv_r, Rmult_1_l by lra.
    destruct (Rle_dec x c) as [H|H].
    + rewrite (Rmax_left 0 (x - c)), Rmin_right by lra. rewrite Rmult_0_r. apply Rmax_l.
    + rewrite (Rmax_right 0 (x - c)) by lra. apply Rle_trans with (2 := Rmax_r _ _).
      destruct (Rle_dec x (c + 1)) as [G|G].
      * rewrite Rmin_right by lra. destruct (step c x ltac:(lra)) as [t [T E]].
        assert (X := low t ltac:(lra)). rewrite E. apply Rmult_le_compat_r; lra.
      * rewrite Rmin_left by lra. destruct (step c (c + 1) ltac:(lra)) as [t [T E]].
        destruct (step (c + 1) x ltac:(lra)) as [t' [_ E']]. assert (X := low t T). assert (Y := P t').
        nra.
Qed.

(* The uniform law on a box of width w: P[x_k > t] = 1/2 - t/w, with the constant w phi(0). *)
Definition box_map (w x : R) : R := w * (Phi x - 1 / 2).

Lemma box_map_d (w x : R) : is_derive (box_map w) x (w * phi x).
Proof.
  assert (D := Phi_d x). unfold box_map. auto_derive; [eexists; eassumption|].
  replace (Derive (fun x => Phi x) x) with (phi x) by (symmetry; now apply is_derive_unique). ring.
Qed.

Lemma phi_le_phi_0 (x : R) : phi x <= phi 0.
Proof.
  unfold phi. apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat, sqrt_lt_R0|].
  - assert (X := PI_RGT_0). lra.
  - destruct (Req_dec x 0) as [->|N]; [lra|left; apply exp_increasing; nra].
Qed.

Theorem box_isoperimetric (d : nat) (w : R) : 0 < w ->
  isoperimetric_law d (image d d (by_coordinates d (fun _ => box_map w))) (w * phi 0).
Proof.
  intro W. assert (P := phi_pos 0). apply image_isoperimetric; [nra|].
  apply (by_coordinates_lipschitz d _ _ (fun _ x => w * phi x) (fun _ => box_map_d w)).
  intros _ x. assert (X := phi_pos x). assert (Y := phi_le_phi_0 x). rewrite Rabs_pos_eq; nra.
Qed.

Theorem box_mass (d k : nat) (w t : R) : (k < d)%nat -> 0 < w -> - w / 2 < t < w / 2 ->
  law_mass d (image d d (by_coordinates d (fun _ => box_map w))) (fun x => coordinate d k x - t)
    = 1 / 2 - t / w.
Proof.
  intros K W T. set (p := 1 / 2 + t / w).
  assert (A : t / w * w = t) by (field; lra).
  assert (Hp : 0 < p < 1) by (unfold p; split; apply Rmult_lt_reg_r with w; lra).
  assert (E := Phi_inv_spec p Hp). set (c := Phi_inv p) in *.
  assert (F : t = box_map w c) by (unfold box_map; rewrite E; unfold p; field; lra).
  transitivity (Q c).
  - rewrite F. apply (increasing_mass d k (box_map w) (fun x => w * phi x) w w c K W (box_map_d w)).
    intro x. assert (X := phi_pos x). assert (Y := phi_le_1 x). nra.
  - assert (Y := Phi_Q c). rewrite E in Y. unfold p in Y. lra.
Qed.

(* N(0, I) cut at tau: P[x_k > s] = (Phi(tau) - Phi(s))/(1 - 2 Q(tau)), with the constant
   1 - 2 Q(tau). *)
Definition truncated_map (tau x : R) : R := Phi_inv ((1 - 2 * Q tau) * Phi x + Q tau).

Section Truncated.

Variable tau : R.
Hypothesis tau_pos : 0 < tau.

Lemma truncated_rest : 0 < Q tau < 1 / 2.
Proof. split; [apply Q_pos|]. rewrite <- Q_0. now apply Q_decr. Qed.

Lemma truncated_Phi (x : R) : Phi (truncated_map tau x) = (1 - 2 * Q tau) * Phi x + Q tau.
Proof.
  assert (R := truncated_rest). assert (A := Phi_pos x). assert (B := Phi_lt_1 x).
  apply Phi_inv_spec. nra.
Qed.

Lemma truncated_map_d (x : R) : is_derive (truncated_map tau) x
  ((1 - 2 * Q tau) * phi x * / phi (truncated_map tau x)).
Proof.
  assert (R := truncated_rest). assert (A := Phi_pos x). assert (B := Phi_lt_1 x).
  apply (is_derive_comp Phi_inv (fun x => (1 - 2 * Q tau) * Phi x + Q tau)).
  - apply Phi_inv_d. nra.
  - assert (D := Phi_d x). auto_derive; [eexists; eassumption|].
    replace (Derive (fun x => Phi x) x) with (phi x) by (symmetry; now apply is_derive_unique). ring.
Qed.

(* The map moves towards 0. *)
Lemma truncated_nearer (x : R) : Rabs (truncated_map tau x) <= Rabs x.
Proof.
  assert (R := truncated_rest). assert (E := truncated_Phi x).
  assert (Z : Phi 0 = 1 / 2) by (rewrite Phi_Q, Q_0; lra).
  destruct (Rle_dec 0 x) as [H|H].
  - assert (X := Phi_le 0 x H). assert (A : 0 <= truncated_map tau x) by (apply Phi_le_inv; nra).
    assert (B : truncated_map tau x <= x) by (apply Phi_le_inv; nra). rewrite !Rabs_pos_eq; lra.
  - assert (X := Phi_le x 0 ltac:(lra)). assert (A : truncated_map tau x <= 0) by (apply Phi_le_inv; nra).
    assert (B : x <= truncated_map tau x) by (apply Phi_le_inv; nra). rewrite !Rabs_left1; lra.
Qed.

Lemma truncated_slope (x : R) : (1 - 2 * Q tau) * phi x
  <= (1 - 2 * Q tau) * phi x * / phi (truncated_map tau x) <= 1 - 2 * Q tau.
Proof.
  assert (R := truncated_rest). assert (A := phi_pos x). assert (B := phi_pos (truncated_map tau x)).
  assert (C := phi_le_1 (truncated_map tau x)).
  assert (D := phi_antitone _ _ (truncated_nearer x)).
  assert (E : phi (Rabs x) = phi x) by (unfold Rabs; destruct (Rcase_abs x); [apply phi_sym|reflexivity]).
  rewrite E in D. set (y := phi (truncated_map tau x)) in *.
  set (m := 1 - 2 * Q tau). assert (M : 0 < m) by (unfold m; lra).
  assert (F : m * phi x * / y * y = m * phi x) by (field; lra).
  split; apply Rmult_le_reg_r with y; trivial; rewrite F.
  - assert (0 <= m * phi x) by (apply Rmult_le_pos; lra). nra.
  - apply Rmult_le_compat_l; lra.
Qed.

Theorem truncated_isoperimetric (d : nat) :
  isoperimetric_law d (image d d (by_coordinates d (fun _ => truncated_map tau))) (1 - 2 * Q tau).
Proof.
  assert (R := truncated_rest). apply image_isoperimetric; [lra|].
  apply (by_coordinates_lipschitz d _ _ _ (fun _ => truncated_map_d)).
  intros _ x. assert (S := truncated_slope x). assert (A := phi_pos x). rewrite Rabs_pos_eq; nra.
Qed.

Theorem truncated_mass (d k : nat) (s : R) : (k < d)%nat -> - tau < s < tau ->
  law_mass d (image d d (by_coordinates d (fun _ => truncated_map tau)))
    (fun x => coordinate d k x - s) = (Phi tau - Phi s) / (1 - 2 * Q tau).
Proof.
  intros K H. assert (R := truncated_rest). assert (A := Phi_incr s tau (proj2 H)).
  assert (B := Phi_incr (- tau) s (proj1 H)). rewrite Phi_opp in B. rewrite (Phi_Q tau) in *.
  set (m := 1 - 2 * Q tau). assert (M : 0 < m) by (unfold m; lra).
  set (p := (Phi s - Q tau) / m). assert (Ep : p * m = Phi s - Q tau) by (unfold p; field; lra).
  assert (Hp : 0 < p < 1) by (split; apply Rmult_lt_reg_r with m; unfold m in *; lra).
  assert (E := Phi_inv_spec p Hp). set (c := Phi_inv p) in *.
  assert (F : s = truncated_map tau c).
  { rewrite <- (Phi_inv_Phi s). unfold truncated_map. f_equal. fold m. rewrite E. lra. }
  transitivity (Q c).
  - rewrite F. exact (increasing_mass d k _ _ m m c K M truncated_map_d truncated_slope).
  - assert (Y := Phi_Q c). rewrite E in Y. replace (Q c) with (1 - p) by lra. unfold p.
    unfold m in *. field. lra.
Qed.

End Truncated.

(* N(0, L^2 I): with P[x_k > 0] = 1/2 the isoperimetric inequality is an equality. *)
Theorem scaled_halfspace_mass (d k : nat) (L t : R) : (k < d)%nat -> 0 < L ->
  law_mass d (image d d (by_coordinates d (fun _ x => L * x))) (fun x => coordinate d k x - t)
    = Q (t / L).
Proof.
  intros K H. rewrite <- (increasing_mass d k (fun x => L * x) (fun _ => L) L L (t / L) K H).
  - f_equal. replace (L * (t / L)) with t by (field; lra). reflexivity.
  - intro x. auto_derive; [trivial|ring].
  - intro x. assert (A := phi_pos x). assert (B := phi_le_1 x). nra.
Qed.

(* ---- Classes under a law with the constant L ---- *)

Definition law_set_masses (m n : nat) (E : (space m -> R) -> R) (K : nat -> space m -> Prop)
  : list R := List.map (fun i => law_set_mass m E (K i)) (seq 0 n).

Section Classes.

Variables (m n : nat) (E : (space m -> R) -> R) (L : R) (K : nat -> space m -> Prop).
Hypothesis is_law : law m E.
Hypothesis L_pos : 0 < L.
Hypothesis constant : isoperimetric_law m E L.

Lemma law_masses_of_depths : List.map (law_mass m E) (depths m n K) = law_set_masses m n E K.
Proof. unfold depths, law_set_masses. now rewrite List.map_map. Qed.

Lemma law_in_depths (A : R -> Prop) : (forall i, (i < n)%nat -> A (law_set_mass m E (K i))) ->
  forall u, In u (depths m n K) -> distance_like m u /\ A (law_mass m E u).
Proof.
  intros H u U. apply in_map_iff in U. destruct U as [i [<- I]]. split; [apply distance_to_like|].
  apply H. apply in_seq in I. lia.
Qed.

(* A theorem about masses of depths, with what it asks of each mass. *)
Ltac of_sets theorem asked :=
  intros H; rewrite <- law_masses_of_depths; apply theorem; trivial; now apply (law_in_depths asked).

Theorem latents_isoperimetric_theorem :
  (forall i, (i < n)%nat -> 0 < law_set_mass m E (K i) < 1) ->
  E (class_radius m (depths m n K)) <= L * sum_of integrated_tail (law_set_masses m n E K).
Proof. of_sets law_isoperimetric_theorem (fun x => 0 < x < 1). Qed.

Theorem latents_talk_theorem :
  (forall i, (i < n)%nat -> 0 < law_set_mass m E (K i) <= talk_threshold) ->
  sum (law_set_masses m n E K) = 1 ->
  E (class_radius m (depths m n K)) <= L * gamma (collision (law_set_masses m n E K)).
Proof. of_sets law_talk_theorem (fun x => 0 < x <= talk_threshold). Qed.

Theorem latents_talk_theorem_collision :
  (forall i, (i < n)%nat -> 0 < law_set_mass m E (K i)) ->
  sum (law_set_masses m n E K) = 1 ->
  collision (law_set_masses m n E K) <= talk_threshold ^ 2 ->
  E (class_radius m (depths m n K)) <= L * gamma (collision (law_set_masses m n E K)).
Proof. of_sets law_talk_theorem_collision (fun x => 0 < x). Qed.

Theorem latents_sharp_theorem :
  (forall i, (i < n)%nat -> 0 < law_set_mass m E (K i) <= concavity_threshold) ->
  sum (law_set_masses m n E K) = 1 ->
  E (class_radius m (depths m n K)) <= L * halfspace_radius (collision (law_set_masses m n E K)).
Proof. of_sets law_sharp_theorem (fun x => 0 < x <= concavity_threshold). Qed.

Theorem latents_sharp_theorem_collision :
  (forall i, (i < n)%nat -> 0 < law_set_mass m E (K i)) ->
  sum (law_set_masses m n E K) = 1 ->
  collision (law_set_masses m n E K) <= assumption_free_threshold ->
  E (class_radius m (depths m n K)) <= L * halfspace_radius (collision (law_set_masses m n E K)).
Proof. of_sets law_sharp_theorem_collision (fun x => 0 < x). Qed.

Theorem latents_majorant_theorem (b k : R) :
  (forall i, (i < n)%nat -> 0 < law_set_mass m E (K i) < 1 /\
    halfspace_radius (law_set_mass m E (K i)) <= b + k * law_set_mass m E (K i)) ->
  sum (law_set_masses m n E K) = 1 ->
  E (class_radius m (depths m n K)) <= L * (b + k * collision (law_set_masses m n E K)).
Proof. of_sets law_majorant_theorem (fun x => 0 < x < 1 /\ halfspace_radius x <= b + k * x). Qed.

End Classes.

(* The talk's theorem and the sharp one for x = T(z), z ~ N(0, I_d). *)
Theorem latents_theorem (d m n : nat) (L : R) (T : space d -> space m)
  (K : nat -> space m -> Prop) : 0 < L -> lipschitz_map d m L T ->
  let p := law_set_masses m n (image d m T) K in
  (forall x, In x p -> 0 < x) -> sum p = 1 ->
  ((forall x, In x p -> x <= talk_threshold) ->
    expect d (fun z => class_radius m (depths m n K) (T z)) <= L * gamma (collision p)) /\
  ((forall x, In x p -> x <= concavity_threshold) ->
    expect d (fun z => class_radius m (depths m n K) (T z)) <= L * halfspace_radius (collision p)).
Proof.
  intros H F p P S. assert (A := image_law d m L T H F).
  assert (I := image_isoperimetric d m L T H F).
  assert (M : forall i, (i < n)%nat -> In (law_set_mass m (image d m T) (K i)) p).
  { intros i N. apply (in_map (fun i => law_set_mass m (image d m T) (K i))), in_seq. lia. }
  split; intro B.
  - apply (latents_talk_theorem m n (image d m T) L K A H I); [|exact S].
    intros i N. split; auto.
  - apply (latents_sharp_theorem m n (image d m T) L K A H I); [|exact S].
    intros i N. split; auto.
Qed.
